# The Debian packages that the build and the tests need. Sourced by tools/check and
# tools/demo.

packages_for_build='autoconf automake gcc libc6-dev make pkg-config python3
	libsqlite3-dev libsodium-dev zlib1g-dev libcurl4-openssl-dev libjansson-dev
	libexpat1-dev libinih-dev libmicrohttpd-dev libminizip-dev libfreexl-dev libxlsxwriter-dev'
packages_for_tests='binutils chromium faketime fonts-wqy-microhei git iproute2 libcmocka-dev nginx-light
	openssl python3-nacl sqlite3 strace udev'
# The pages are built by Node.js 18 or newer, from wherever it comes.
command -v node >/dev/null && command -v npm >/dev/null ||
	packages_for_build="$packages_for_build nodejs npm"
packages_for_long='clang dosfstools e2fsprogs exfatprogs fdisk kmod libclang-rt-14-dev mtools ntfs-3g
	qemu-system-x86 qemu-utils spin user-mode-linux valgrind'

# packages_missing NAME...: those of the names that are not installed.
packages_missing()
{
	for package_ in "$@"; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package_" 2>/dev/null) in
		installed) ;;
		*) printf ' %s' "$package_" ;;
		esac
	done
}

# packages_need yes|no NAME...: install what is missing where that is asked for or we are
# root; otherwise print the line that would and exit 2. Asks nothing.
packages_need()
{
	install_=$1
	shift
	if ! command -v dpkg-query >/dev/null; then
		echo 'no dpkg here: going on with what is installed' >&2
		return 0
	fi
	missing_=$(packages_missing "$@")
	test -n "$missing_" || return 0
	root_=
	if test "$(id -u)" != 0; then
		if test "$install_" != yes; then
			echo "packages are missing; install them, or give --install:" >&2
			echo "sudo apt-get install --no-install-recommends$missing_" >&2
			exit 2
		fi
		root_='sudo -n'
	fi
	echo "installing:$missing_"
	# The lists may be missing, or older than what the mirror still carries.
	packages_apt install $missing_ >/dev/null 2>&1 && return 0
	packages_apt update >/dev/null && packages_apt install $missing_ >/dev/null && return 0
	echo "apt-get could not install:$missing_" >&2
	exit 1
}

packages_apt()
{
	verb_=$1
	shift
	$root_ env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$verb_" \
		--no-install-recommends "$@" </dev/null
}
