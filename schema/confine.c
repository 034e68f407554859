#define _GNU_SOURCE /* syscall */

#include "schema/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW 4 /* of an argument's 64 bits, the half that is looked at */
#else
#define LOW 0
#endif

/* ---- landlock ---- */

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FIRST ((UINT64_C(1) << 13) - 1)  /* all rights of the first version */
#define REFER (UINT64_C(1) << 13)        /* second: rename between folders */
#define TRUNCATE (UINT64_C(1) << 14)     /* third */
#define IOCTL (UINT64_C(1) << 15)        /* fifth, of devices */

static uint64_t
rights_of(long version)
{
	return FIRST | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0)
	    | (version >= 5 ? IOCTL : 0);
}

static uint64_t
rights_for(const struct confine_path *p, long version)
{
	return p->use == CONFINE_READ ? READ :
	    p->use == CONFINE_RUN ? READ | LANDLOCK_ACCESS_FS_EXECUTE :
	    rights_of(version) & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
}

static void
allow_below(int rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr below = {.allowed_access = rights};

	below.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (below.parent_fd < 0)
		return;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) != 0) {
		/* A file has no rights of folders. */
		below.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE
		    | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | TRUNCATE;
		(void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	}
	(void)close(below.parent_fd);
}

/* What is loaded into every program before it begins needs them: faketime in tests has
 * its memory there, a sanitizer reads its own map. */
static void
allow_loaded(int rules, long version)
{
	if (getenv("LD_PRELOAD") != NULL)
		allow_below(rules, "/dev/shm", rights_of(version)
		    & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE);
#ifdef __SANITIZE_ADDRESS__
	allow_below(rules, "/proc", READ);
#endif
}

static bool
lock_files(const struct confine_path *paths, size_t n)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr all = {.handled_access_fs = rights_of(version)};
	int rules;
	bool locked;

	if (version < 1)
		return false;
	/* The first version cannot allow a rename between two folders. */
	for (size_t i = 0; i < n; i++)
		if (paths[i].use == CONFINE_WRITE && version < 2)
			return false;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all.handled_access_fs), 0);
	if (rules < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		allow_below(rules, paths[i].path, rights_for(&paths[i], version));
	if (n > 0)
		allow_loaded(rules, version);
	locked = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return locked;
}

/* ---- seccomp ---- */

#ifdef ARCH

#define MAX_STEPS 256u

struct filter {
	struct sock_filter steps[MAX_STEPS];
	unsigned short n;
};

static void
step(struct filter *f, uint16_t code, uint32_t k, unsigned yes, unsigned no)
{
	if (f->n < MAX_STEPS)
		f->steps[f->n++] = (struct sock_filter){code, (uint8_t)yes, (uint8_t)no, k};
}

static void
answer(struct filter *f, uint32_t what)
{
	step(f, BPF_RET | BPF_K, what, 0, 0);
}

#define REFUSE (SECCOMP_RET_ERRNO | EPERM)

#define X32 0x40000000u        /* x86-64 knows each call by a second number too */
#define NAMESPACES ((uint32_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC \
    | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET))

/* A program for another kind of processor could name calls by other numbers. */
static void
begin(struct filter *f)
{
	step(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	step(f, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	answer(f, SECCOMP_RET_KILL_PROCESS);
	step(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	step(f, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	answer(f, REFUSE);
}

static void
on_call(struct filter *f, long call, uint32_t what)
{
	step(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
	answer(f, what);
}

/* A call whose argument, as far as mask goes, is value; otherwise it is refused. */
static void
on_argument(struct filter *f, long call, unsigned argument, uint32_t mask, uint32_t value)
{
	step(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 5);
	step(f, BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)offsetof(struct seccomp_data, args) + argument * 8 + LOW, 0, 0);
	step(f, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	step(f, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	answer(f, SECCOMP_RET_ALLOW);
	answer(f, REFUSE);
}

static bool
install(struct filter *f)
{
	struct sock_fprog program = {.len = f->n, .filter = f->steps};

	return f->n < MAX_STEPS && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
	    &program) == 0;
}

static bool
filter_to_pipes(void)
{
	static const long calls[] = {SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_close,
		SYS_lseek, SYS_fstat, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_futex,
		SYS_exit, SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask,
		SYS_rt_sigreturn, SYS_sigaltstack, SYS_getrandom, SYS_clock_gettime,
		SYS_gettimeofday, SYS_getpid, SYS_gettid, SYS_sched_yield};
	struct filter f = {.n = 0};

	begin(&f);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		on_call(&f, calls[i], SECCOMP_RET_ALLOW);
	on_argument(&f, SYS_mmap, 2, PROT_EXEC, 0);
	on_argument(&f, SYS_mprotect, 2, PROT_EXEC, 0);
	on_argument(&f, SYS_newfstatat, 3, AT_EMPTY_PATH, AT_EMPTY_PATH);
	on_argument(&f, SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC | O_DIRECTORY, O_RDONLY);
	on_argument(&f, SYS_tgkill, 0, UINT32_MAX, (uint32_t)getpid()); /* abort */
	answer(&f, REFUSE);
	return install(&f);
}

/* What none of our processes does: look into others, change the system, be another user. */
static void
refuse_foreign(struct filter *f)
{
	static const long calls[] = {
#ifndef __SANITIZE_ADDRESS__ /* which looks for leaks so */
		SYS_ptrace,
#endif
		SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_open, SYS_pidfd_getfd,
		SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key,
		SYS_request_key, SYS_io_uring_setup, SYS_unshare, SYS_setns, SYS_mount,
		SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_init_module, SYS_finit_module,
		SYS_delete_module, SYS_kexec_load, SYS_setuid, SYS_setgid, SYS_mknodat,
		SYS_open_by_handle_at, SYS_swapon, SYS_reboot, SYS_settimeofday,
		SYS_clock_settime, SYS_sethostname};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		on_call(f, calls[i], REFUSE);
	/* Its flags lie in memory, which a filter cannot read: libc then takes clone. */
	on_call(f, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	on_argument(f, SYS_clone, 0, NAMESPACES, 0);
}

/* All else is allowed; the last word of a filter. */
static void
allow_families(struct filter *f, const uint32_t *families, unsigned n)
{
	step(f, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2 * n + 2);
	step(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + LOW, 0, 0);
	for (unsigned i = 0; i < n; i++) {
		step(f, BPF_JMP | BPF_JEQ | BPF_K, families[i], 0, 1);
		answer(f, SECCOMP_RET_ALLOW);
	}
	answer(f, REFUSE);
	answer(f, SECCOMP_RET_ALLOW);
}

/* A process that needs no other. */
static bool
filter_alone(const uint32_t *families, unsigned n)
{
	static const long calls[] = {SYS_execve, SYS_execveat, SYS_kill, SYS_tkill,
		SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_listen};
	struct filter f = {.n = 0};

	begin(&f);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		on_call(&f, calls[i], REFUSE);
	refuse_foreign(&f);
	on_argument(&f, SYS_tgkill, 0, UINT32_MAX, (uint32_t)getpid());
	allow_families(&f, families, n);
	return install(&f);
}

static bool
filter_to_network(void)
{
	/* AF_NETLINK is how libc asks which addresses this machine has. */
	static const uint32_t families[] = {AF_INET, AF_INET6, AF_NETLINK};

	return filter_alone(families, 3);
}

static bool
filter_command(void)
{
	static const uint32_t families[] = {AF_UNIX};

	return filter_alone(families, 1);
}

static bool
filter_daemon(void)
{
	static const uint32_t families[] = {AF_INET, AF_INET6, AF_NETLINK, AF_UNIX};
	struct filter f = {.n = 0};

	begin(&f);
	refuse_foreign(&f);
	allow_families(&f, families, 4);
	return install(&f);
}

#else /* no filter: the numbers of calls were not tried there */

static bool
filter_to_pipes(void)
{
	return false;
}

static bool
filter_to_network(void)
{
	return false;
}

static bool
filter_command(void)
{
	return false;
}

static bool
filter_daemon(void)
{
	return false;
}

#endif

/* ---- both ---- */

static unsigned
confine(const struct confine_path *paths, size_t n, bool (*filter)(void))
{
	unsigned layers = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 0;
	if (lock_files(paths, n))
		layers |= CONFINE_LANDLOCK;
	if (filter())
		layers |= CONFINE_SECCOMP;
	return layers;
}

unsigned
confine_to_pipes(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return confine(NULL, 0, filter_to_pipes);
}

unsigned
confine_to_network(const struct confine_path *paths, size_t n)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return confine(paths, n, filter_to_network);
}

unsigned
confine_daemon(const struct confine_path *paths, size_t n)
{
	return confine(paths, n, filter_daemon);
}

unsigned
confine_command(const struct confine_path *paths, size_t n)
{
	return confine(paths, n, filter_command);
}
