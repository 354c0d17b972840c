# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by scripts/run and scripts/test: Debian packages, configuring and building.
#
#   prepare_packages [--no-install]   installs what is missing (prints it first)
#   prepare_build ARCH                configures build/ARCH if needed and builds it

packages=(python3 ca-certificates clang-19 lld-19 llvm-19 libclang-rt-19-dev meson ninja-build make m4 bison patch pkg-config xz-utils
	bzip2 qemu-system-x86 qemu-system-arm ovmf qemu-efi-aarch64 grub-common grub-pc-bin grub-efi-amd64-bin
	xorriso mtools libcmocka-dev spin libgcc-12-dev libgcc-12-dev-arm64-cross dpkg-dev)

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

prepare_build() {
	local arch=$1 folder=build/$1
	shift
	if [ ! -e "$folder/build.ninja" ]; then
		echo "== configuring $folder" >&2
		meson setup "$folder" --cross-file "cross/$arch.ini" "$@" >"/tmp/saltyos-setup-$arch.$$" 2>&1 || {
			cat "/tmp/saltyos-setup-$arch.$$" >&2
			return 1
		}
		rm -f "/tmp/saltyos-setup-$arch.$$"
	fi
	echo "== building $folder" >&2
	NINJA_STATUS='[%f/%t %es] ' ninja -C "$folder" >&2
}
