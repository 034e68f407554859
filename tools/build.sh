# Building in a folder of its own. Sourced, from the top of the tree, by tools/check and
# tools/demo, after tools/packages.sh.
#
#	build_in FOLDER [OPTION...] || { tail "$build_log"; exit 1; }
#
# Makes configure when it is missing or old, configures FOLDER when it was not or with
# other options, and makes everything. Quick when nothing changed.

build_jobs=$(getconf _NPROCESSORS_ONLN)

build_in()
{
	build_folder=$1
	shift
	mkdir -p "$build_folder"
	build_autogen && build_configure "$@" || return 1
	build_log=$build_folder/make.log
	make -C "$build_folder" -s -j"$build_jobs" all >"$build_log" 2>&1
}

build_autogen()
{
	# A tarball brings configure, and make remakes it where it has to.
	if test -f configure && { ! test -e .git || test -z "$(find configure.ac Makefile.am \
			./*/include.am -newer configure)"; }; then
		return 0
	fi
	build_log=$build_folder/autogen.log
	./autogen.sh >"$build_log" 2>&1
}

build_configure()
{
	echo "$*" >"$build_folder/options.new"
	if cmp -s "$build_folder/options.new" "$build_folder/options"; then return 0; fi
	rm -f "$build_folder/options"
	build_log=$build_folder/configure.log
	source_=$(pwd)
	(cd "$build_folder" && "$source_/configure" -q "$@") >"$build_log" 2>&1 || return 1
	# Objects made with other flags are of no use.
	make -C "$build_folder" -s clean >>"$build_log" 2>&1 || return 1
	mv "$build_folder/options.new" "$build_folder/options"
}
