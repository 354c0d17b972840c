/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CMOS clock (MC146818), read once at boot. It ticks while we read: two equal readings
 * outside an update are a good one.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "registers.h"

#define CMOS_STATUS_A 0xa
#define CMOS_STATUS_B 0xb
#define STATUS_A_UPDATING 0x80
#define STATUS_B_BINARY 0x04
#define STATUS_B_24_HOURS 0x02
#define HOUR_PM 0x80
#define FADT_CENTURY 108

enum field { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, CENTURY, FIELDS };

static uint8_t cmos_read(uint8_t index)
{
	port_out8(0x70, index);
	return port_in8(0x71);
}

/* Index 0 for the century: there is none. */
static void read_once(uint8_t century_index, uint8_t fields[FIELDS])
{
	const uint8_t indexes[FIELDS] = {0, 2, 4, 7, 8, 9, century_index};

	for (unsigned i = 0; i < 100000 && (cmos_read(CMOS_STATUS_A) & STATUS_A_UPDATING); i++)
		cpu_relax();
	for (enum field i = SECOND; i < FIELDS; i++)
		fields[i] = cmos_read(indexes[i]);
}

static void from_bcd(uint8_t *value)
{
	*value = (uint8_t)((*value >> 4) * 10 + (*value & 15));
}

/*
 * Days from 1970-01-01 to a date of the Gregorian calendar; March-based years make leap days
 * last.
 */
static uint64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
	uint64_t y = month <= 2 ? year - 1 : year;
	unsigned shifted = month <= 2 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1 - 719468;
}

void rtc_init(struct boot_info *info)
{
	uint8_t century_index = (uint8_t)acpi_field(acpi_find("FACP", 0), FADT_CENTURY, 1);
	uint8_t status = cmos_read(CMOS_STATUS_B), now[FIELDS], again[FIELDS];
	unsigned tries = 0, year;

	do {
		read_once(century_index, now);
		read_once(century_index, again);
	} while (memcmp(now, again, sizeof(now)) != 0 && ++tries < 10);

	bool is_afternoon = now[HOUR] & HOUR_PM;

	now[HOUR] &= (uint8_t)~HOUR_PM;
	for (enum field i = SECOND; i < FIELDS && !(status & STATUS_B_BINARY); i++)
		from_bcd(&now[i]);
	if (!(status & STATUS_B_24_HOURS))
		now[HOUR] = (uint8_t)(now[HOUR] % 12 + (is_afternoon ? 12 : 0));
	year = now[YEAR] + (century_index ? now[CENTURY] * 100u : 2000);
	if (year < 1970 || year > 9999 || now[MONTH] < 1 || now[MONTH] > 12)
		return; /* no clock, or a dead battery */
	if (now[DAY] < 1 || now[DAY] > 31 || now[HOUR] > 23)
		return;
	info->wall_clock = days_since_epoch(year, now[MONTH], now[DAY]) * 86400 + now[HOUR] * 3600ull +
	                   now[MINUTE] * 60u + now[SECOND];
}
