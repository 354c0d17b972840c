/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CMOS clock (MC146818), read once at boot. It ticks while we read: two equal readings
 * outside an update are a good one.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "registers.h"

enum cmos : uint8_t {
	CMOS_SECOND = 0,
	CMOS_MINUTE = 2,
	CMOS_HOUR = 4,
	CMOS_DAY = 7,
	CMOS_MONTH = 8,
	CMOS_YEAR = 9,
	CMOS_STATUS_A = 0xa,
	CMOS_STATUS_B = 0xb,
};

#define STATUS_A_UPDATING 0x80
#define STATUS_B_BINARY 0x04
#define STATUS_B_24_HOURS 0x02
#define HOUR_PM 0x80
#define FADT_CENTURY 108

struct reading {
	uint8_t second, minute, hour, day, month, year, century;
};

static uint64_t wall_clock;

static uint8_t cmos_read(uint8_t index)
{
	port_out8(0x70, index);
	return port_in8(0x71);
}

static struct reading read_once(uint8_t century_index)
{
	for (unsigned i = 0; i < 100000 && (cmos_read(CMOS_STATUS_A) & STATUS_A_UPDATING); i++)
		cpu_relax();
	return (struct reading){
	    cmos_read(CMOS_SECOND),
	    cmos_read(CMOS_MINUTE),
	    cmos_read(CMOS_HOUR),
	    cmos_read(CMOS_DAY),
	    cmos_read(CMOS_MONTH),
	    cmos_read(CMOS_YEAR),
	    century_index ? cmos_read(century_index) : 0,
	};
}

static unsigned from_bcd(uint8_t value, bool is_binary)
{
	return is_binary ? value : (value >> 4) * 10u + (value & 15);
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

void rtc_init(void)
{
	const struct acpi_header *fadt = acpi_find("FACP", 0);
	uint8_t century_index = fadt ? (uint8_t)acpi_field(fadt, FADT_CENTURY, 1) : 0;
	uint8_t status = cmos_read(CMOS_STATUS_B);
	bool is_binary = status & STATUS_B_BINARY;
	struct reading first, second = read_once(century_index);
	unsigned hour, year, month, day, tries = 0;

	do {
		first = second;
		second = read_once(century_index);
	} while (memcmp(&first, &second, sizeof(first)) != 0 && ++tries < 10);

	hour = from_bcd(first.hour & ~HOUR_PM, is_binary);
	if (!(status & STATUS_B_24_HOURS))
		hour = hour % 12 + ((first.hour & HOUR_PM) ? 12 : 0);
	year = from_bcd(first.year, is_binary);
	year += century_index ? from_bcd(first.century, is_binary) * 100 : 2000;
	month = from_bcd(first.month, is_binary);
	day = from_bcd(first.day, is_binary);
	if (year < 1970 || year > 9999 || month < 1 || month > 12)
		return; /* no clock, or a dead battery */
	if (day < 1 || day > 31 || hour > 23)
		return;
	wall_clock = days_since_epoch(year, month, day) * 86400 + hour * 3600 +
	             from_bcd(first.minute, is_binary) * 60 + from_bcd(first.second, is_binary);
}

uint64_t arch_wall_clock(void)
{
	return wall_clock;
}
