/* A hostile program in a process that was shut off: what it tries fails. */
#define _GNU_SOURCE /* memfd_create, syscall */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/confine.h"

static char folder[] = "/tmp/kehou-confine.XXXXXX";
static char outside[] = "/tmp/kehou-outside.XXXXXX";

/* Runs attempt in a child: its exit status; 100 and more say which step was wrong. */
static int
in_child(int (*attempt)(void))
{
	pid_t pid = fork();
	int how;

	if (pid == 0)
		_exit(attempt());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

static int
what_the_kernel_has(void)
{
	return (int)confine_to_pipes();
}

static bool
refused(long rc)
{
	return rc < 0 && (errno == EPERM || errno == EACCES);
}

static void *
thread(void *arg)
{
	return arg;
}

/* Without a filter the kernel finds other faults with these, whatever it allows. */
static bool
makes_a_namespace(void)
{
	pthread_t id;
	void *back = NULL;

	if (pthread_create(&id, NULL, thread, folder) != 0 || pthread_join(id, &back) != 0 ||
	    back != folder)
		return true;
	if (!refused(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD, 0, 0, 0, 0)))
		return true;
#ifdef __x86_64__
	if (!refused(syscall(0x40000000 | SYS_getpid)))
		return true;
#endif
	return syscall(SYS_clone3, NULL, 0) >= 0 || errno != ENOSYS;
}

/* 0 when every try was refused, or its number. */
static int
try_pipes(void)
{
	char byte = 'x', path[64];
	int file = memfd_create("list", 0), ends[2], again;

	if (file < 0 || pipe(ends) != 0 || write(file, "rows", 4) != 4)
		return 100;
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	(void)confine_to_pipes();
	/* Its own work goes on. */
	again = open(path, O_RDONLY);
	if (again < 0 || read(again, &byte, 1) != 1 || byte != 'r')
		return 101;
	if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
		return 102;
	free(malloc(1 << 20));
	return !refused(open(path, O_RDWR)) ? 1
	    : !refused(open("/etc/passwd", O_RDONLY)) ? 2
	    : !refused(open("/tmp/kehou-new", O_WRONLY | O_CREAT, 0600)) ? 3
	    : !refused(socket(AF_INET, SOCK_STREAM, 0)) ? 4
	    : !refused(socket(AF_UNIX, SOCK_STREAM, 0)) ? 5
	    : !refused(fork()) ? 6
	    : !refused(kill(getppid(), 0)) ? 7
	    : !refused(execl("/bin/true", "true", (char *)NULL)) ? 8
	    : !refused(syscall(SYS_ptrace, 16, getppid(), 0, 0)) ? 9
	    : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
	    != MAP_FAILED ? 10
	    : !refused(unlink("/tmp/kehou-new")) ? 11
	    : !refused(syscall(SYS_io_uring_setup, 1, NULL)) ? 12 : 0;
}

static void
a_reader_can_open_no_file_and_no_socket(void **state)
{
	(void)state;
	if (in_child(what_the_kernel_has) != (CONFINE_LANDLOCK | CONFINE_SECCOMP)) {
		print_message("# the kernel lacks landlock or seccomp\n");
		skip();
	}
	assert_int_equal(in_child(try_pipes), 0);
}

static int
try_network(void)
{
	const struct confine_path paths[] = { { folder, CONFINE_READ },
	    { "/nowhere", CONFINE_READ } };
	char inside[64], other[64];
	int s;

	snprintf(inside, sizeof inside, "%s/a", folder);
	snprintf(other, sizeof other, "%s/a", outside);
	(void)confine_to_network(paths, 2);
	s = open(inside, O_RDONLY);
	if (s < 0)
		return 101;
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (s < 0 || socket(AF_INET6, SOCK_STREAM, 0) < 0)
		return 102;
	return !refused(open(other, O_RDONLY)) ? 1
	    : !refused(open(inside, O_WRONLY)) ? 2
	    : !refused(open("/etc/passwd", O_RDONLY)) ? 3
	    : !refused(socket(AF_UNIX, SOCK_STREAM, 0)) ? 4
	    : !refused(listen(s, 1)) ? 5
	    : !refused(kill(getppid(), 0)) ? 6
	    : !refused(execl("/bin/true", "true", (char *)NULL)) ? 7
	    : !refused(unlink(inside)) ? 8
	    : !refused(syscall(SYS_ptrace, 16, getppid(), 0, 0)) ? 9 : 0;
}

static void
a_courier_reads_what_it_carries_and_nothing_else(void **state)
{
	(void)state;
	if (in_child(what_the_kernel_has) != (CONFINE_LANDLOCK | CONFINE_SECCOMP)) {
		print_message("# the kernel lacks landlock or seccomp\n");
		skip();
	}
	assert_int_equal(in_child(try_network), 0);
}

static int
try_daemon(void)
{
	const struct confine_path paths[] = { { folder, CONFINE_WRITE }, { "/usr", CONFINE_RUN },
	    { "/lib", CONFINE_RUN }, { "/lib64", CONFINE_RUN }, { "/etc", CONFINE_READ } };
	char inside[64], fresh[64], renamed[64], other[64];
	pid_t child;
	int how;

	snprintf(inside, sizeof inside, "%s/a", folder);
	snprintf(fresh, sizeof fresh, "%s/b", folder);
	snprintf(renamed, sizeof renamed, "%s/c", folder);
	snprintf(other, sizeof other, "%s/a", outside);
	(void)confine_daemon(paths, 5);
	/* Its own work goes on. */
	if (open(inside, O_RDWR) < 0 || open(fresh, O_RDWR | O_CREAT, 0600) < 0 ||
	    rename(fresh, renamed) != 0 || unlink(renamed) != 0)
		return 101;
	if (open("/etc/passwd", O_RDONLY) < 0 || socket(AF_UNIX, SOCK_STREAM, 0) < 0 ||
	    socket(AF_INET6, SOCK_STREAM, 0) < 0)
		return 102;
	child = fork();
	if (child == 0) /* what it starts is shut off too */
		execl("/usr/bin/head", "head", "-c0", other, (char *)NULL);
	if (child < 0 || waitpid(child, &how, 0) != child || !WIFEXITED(how))
		return 103;
	return WEXITSTATUS(how) != 1 ? 1
	    : !refused(open(other, O_RDONLY)) ? 2
	    : !refused(open(other, O_WRONLY)) ? 3
	    : !refused(open("/etc/kehou-new", O_WRONLY | O_CREAT, 0600)) ? 4
	    : !refused(unlink(other)) ? 5
	    : !refused(socket(AF_PACKET, SOCK_RAW, 0)) ? 6
	    : !refused(syscall(SYS_bpf, 0, NULL, 0)) ? 7
	    : !refused(syscall(SYS_unshare, 0)) ? 8
	    : !refused(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0)) ? 9
	    : !refused(execl(inside, inside, (char *)NULL)) ? 10
	    : makes_a_namespace() ? 11 : 0;
}

static void
a_daemon_reaches_its_own_folders_and_nothing_else(void **state)
{
	(void)state;
	if (in_child(what_the_kernel_has) != (CONFINE_LANDLOCK | CONFINE_SECCOMP)) {
		print_message("# the kernel lacks landlock or seccomp\n");
		skip();
	}
	assert_int_equal(in_child(try_daemon), 0);
}

static int
try_command(void)
{
	const struct confine_path paths[] = { { folder, CONFINE_WRITE } };
	char inside[64], other[64];

	snprintf(inside, sizeof inside, "%s/a", folder);
	snprintf(other, sizeof other, "%s/a", outside);
	(void)confine_command(paths, 1);
	/* Its own work goes on. */
	if (open(inside, O_RDWR) < 0 || socket(AF_UNIX, SOCK_STREAM, 0) < 0)
		return 101;
	return !refused(open(other, O_RDONLY)) ? 1
	    : !refused(open("/etc/passwd", O_RDONLY)) ? 2
	    : !refused(unlink(other)) ? 3
	    : !refused(socket(AF_INET, SOCK_STREAM, 0)) ? 4
	    : !refused(kill(getppid(), 0)) ? 5
	    : !refused(execl("/bin/true", "true", (char *)NULL)) ? 6
	    : makes_a_namespace() ? 7 : 0;
}

static void
a_command_reaches_its_own_folders_and_nothing_else(void **state)
{
	(void)state;
	if (in_child(what_the_kernel_has) != (CONFINE_LANDLOCK | CONFINE_SECCOMP)) {
		print_message("# the kernel lacks landlock or seccomp\n");
		skip();
	}
	assert_int_equal(in_child(try_command), 0);
}

static void
put(const char *dir)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/a", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

static void
drop(const char *dir)
{
	char path[64];

	snprintf(path, sizeof path, "%s/a", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_can_open_no_file_and_no_socket),
		cmocka_unit_test(a_courier_reads_what_it_carries_and_nothing_else),
		cmocka_unit_test(a_daemon_reaches_its_own_folders_and_nothing_else),
		cmocka_unit_test(a_command_reaches_its_own_folders_and_nothing_else),
	};
	int rc;

	assert_non_null(mkdtemp(folder));
	assert_non_null(mkdtemp(outside));
	put(folder);
	put(outside);
	rc = cmocka_run_group_tests_name("confine", tests, NULL, NULL);
	drop(folder);
	drop(outside);
	return rc;
}
