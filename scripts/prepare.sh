# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by scripts/run and scripts/test: Debian packages, configuring and building.
#
#   prepare_packages [--no-install]   installs what is missing (prints it first)
#   prepare_build ARCH                configures build/ARCH if needed and builds it

packages=(python3 ca-certificates clang-19 lld-19 llvm-19 libclang-rt-19-dev meson ninja-build make m4 bison patch pkg-config xz-utils
	bzip2 qemu-system-x86 qemu-system-arm ovmf qemu-efi-aarch64 grub-common grub-pc-bin grub-efi-amd64-bin
	xorriso mtools libcmocka-dev spin libgcc-12-dev libgcc-12-dev-arm64-cross dpkg-dev gdb gdb-multiarch)

prepare_packages() {
	local missing=() name
	for name in "${packages[@]}"; do
		dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] && return
	echo "missing Debian packages: ${missing[*]}" >&2
	if [ "${1:-}" = --no-install ]; then
		exit 1
	fi
	local root=()
	[ "$(id -u)" -eq 0 ] || root=(sudo)
	"${root[@]}" apt-get update -qq >&2
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# One build at a time in a folder, and none outlives the script: setpriv passes its end on, even a sudden one.
prepare_build() {
	local folder=build/$1
	mkdir -p build
	exec 9>"build/.$1.lock"
	flock -n 9 || { echo "== waiting for another build of $folder" >&2 && flock 9; }
	build_locked "$@" || return
	exec 9>&-
}

build_locked() {
	local arch=$1 folder=build/$1 output
	shift
	if [ ! -e "$folder/build.ninja" ]; then
		echo "== configuring $folder" >&2
		rm -f "$folder/meson-private/coredata.dat" # of an interrupted one: it would pass for a whole one
		output=$(setpriv --pdeathsig TERM -- meson setup "$folder" --cross-file "cross/$arch.ini" "$@" 2>&1) || {
			printf '%s\n' "$output" >&2
			return 1
		}
	fi
	echo "== building $folder" >&2
	NINJA_STATUS='[%f/%t %es] ' setpriv --pdeathsig TERM -- ninja -C "$folder" >&2
}
