/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of UEFI 2.10 that the loader uses: layouts only, in the specification's order (chapters
 * 4, 7, 8, 9, 12.9 and 13.3). Functions that are never called are plain pointers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef uint64_t efi_status;
typedef uint16_t char16_t;

#define EFI_ERROR_BIT (1ull << 63)
#define EFI_BUFFER_TOO_SMALL (EFI_ERROR_BIT | 5)

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_table_header {
	uint64_t signature;
	uint32_t revision, size, crc32, reserved;
};

struct efi_memory_descriptor {
	uint32_t type;
	uint64_t physical_start, virtual_start, page_count, attributes;
};

enum efi_memory_type : uint32_t {
	EFI_LOADER_CODE = 1,
	EFI_LOADER_DATA = 2,
	EFI_BOOT_SERVICES_CODE = 3,
	EFI_BOOT_SERVICES_DATA = 4,
	EFI_CONVENTIONAL_MEMORY = 7,
	EFI_ACPI_RECLAIM_MEMORY = 9,
	EFI_ACPI_MEMORY_NVS = 10,
	EFI_MEMORY_MAPPED_IO = 11,
	EFI_MEMORY_MAPPED_IO_PORT_SPACE = 12,
};

#define EFI_MEMORY_WB 8ull

enum efi_allocate_type : uint32_t { EFI_ALLOCATE_ANY_PAGES = 0 };

struct efi_text_output {
	void *reset;
	efi_status (*output_string)(struct efi_text_output *self, const char16_t *string);
};

struct efi_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad;
	uint32_t nanosecond;
	int16_t time_zone; /* minutes to add for UTC; 2047: local time, unknown zone */
	uint8_t daylight, pad2;
};

struct efi_runtime_services {
	struct efi_table_header header;
	efi_status (*get_time)(struct efi_time *time, void *capabilities);
};

struct efi_boot_services {
	struct efi_table_header header;
	void *raise_tpl, *restore_tpl;
	efi_status (*allocate_pages)(enum efi_allocate_type type, enum efi_memory_type memory,
	    size_t pages, uint64_t *address);
	void *free_pages;
	efi_status (*get_memory_map)(
	    size_t *size, void *map, size_t *key, size_t *descriptor_size, uint32_t *version);
	void *allocate_pool, *free_pool;
	void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status (*handle_protocol)(
	    void *handle, const struct efi_guid *protocol, void **interface);
	void *reserved, *register_protocol_notify, *locate_handle;
	efi_status (*locate_device_path)(
	    const struct efi_guid *protocol, void **path, void **handle);
	void *install_configuration_table, *load_image, *start_image;
	efi_status (*exit)(void *image, efi_status status, size_t data_size, char16_t *data);
	void *unload_image;
	efi_status (*exit_boot_services)(void *image, size_t map_key);
	void *get_next_monotonic_count, *stall;
	efi_status (*set_watchdog_timer)(
	    size_t seconds, uint64_t code, size_t size, char16_t *data);
	void *connect_controller, *disconnect_controller, *open_protocol, *close_protocol;
	void *open_protocol_information, *protocols_per_handle, *locate_handle_buffer;
	efi_status (*locate_protocol)(
	    const struct efi_guid *protocol, void *registration, void **interface);
};

struct efi_configuration_table {
	struct efi_guid guid;
	void *table;
};

struct efi_system_table {
	struct efi_table_header header;
	char16_t *vendor;
	uint32_t revision;
	void *console_in_handle, *console_in, *console_out_handle;
	struct efi_text_output *console_out;
	void *standard_error_handle, *standard_error;
	struct efi_runtime_services *runtime;
	struct efi_boot_services *boot;
	size_t table_count;
	struct efi_configuration_table *tables;
};

struct efi_loaded_image {
	uint32_t revision;
	void *parent;
	struct efi_system_table *system;
	void *device, *file_path, *reserved;
	uint32_t load_options_size;
	char16_t *load_options;
	void *image_base;
	uint64_t image_size;
};

struct efi_load_file2 {
	efi_status (*load_file)(struct efi_load_file2 *self, const void *path, bool is_boot_policy,
	    size_t *size, void *buffer);
};

struct efi_rng {
	void *get_info;
	efi_status (*get_rng)(
	    struct efi_rng *self, const struct efi_guid *algorithm, size_t size, uint8_t *value);
};
