#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

enum { CAPTURE = 4 << 20 };

static char captured_out[CAPTURE + 1], captured_err[CAPTURE + 1];

/* Opened once and run by its descriptor: so neither the working directory, nor a chroot,
 * nor another user's rights on the path to it matter. */
static int
program(void)
{
	static int fd = -1;
	const char *path = getenv("PROBE");

	if (!path || !*path)
		path = "build/probe";
	if (fd < 0)
		fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	return fd;
}

static void
make_pipe(int ends[static 2])
{
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

/* ends[0] is ours, ends[1] the program's; -1: there is none */
static void
make_output(enum run_output output, int ends[static 2])
{
	int size;

	ends[0] = ends[1] = -1;
	switch (output) {
	case OUTPUT_CLOSED:
		return;
	case OUTPUT_PIPE:
		make_pipe(ends);
		return;
	case OUTPUT_PACKETS:
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
		return;
	case OUTPUT_NO_READER:
		make_pipe(ends);
		close(ends[0]);
		ends[0] = -1;
		return;
	case OUTPUT_UNREAD:
		make_pipe(ends);
		size = fcntl(ends[1], F_SETPIPE_SZ, 4096);
		assert_true(size > 0);
		assert_int_equal(write(ends[1], captured_out, (size_t)size), size);
		return;
	case OUTPUT_FULL:
		ends[1] = open("/dev/full", O_WRONLY | O_CLOEXEC);
		assert_true(ends[1] >= 0);
		return;
	case OUTPUT_NO_ROOM:
		ends[1] =
			open(folder_path("output"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		assert_true(ends[1] >= 0);
		return;
	}
}

/* ends[0] is the program's */
static void
make_input(enum run_input input, int ends[static 2])
{
	ends[0] = ends[1] = -1;
	if (input == INPUT_NOTHING)
		ends[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	else if (input != INPUT_CLOSED)
		make_pipe(ends);
}

static void
give(int fd, int as)
{
	if (fd < 0)
		close(as);
	else if (dup2(fd, as) < 0)
		_exit(126);
}

static bool
forbid_processes(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef SYS_fork
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fork, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_vfork, 2, 0),
#endif
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog rules = { COUNT(filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &rules) == 0;
}

static void
become_program(const struct run *run, char **arguments, char **environment,
	const int standard[static 3])
{
	int fd = program();

	if (run->root && (chroot(run->root) != 0 || chdir("/") != 0))
		_exit(123);
	if (!run->root && chdir(run->where ? run->where : folder()) != 0)
		_exit(124);
	/* root then gets no capabilities from exec, and rights on files bind it, too */
	if (run->powerless && geteuid() == 0 && prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) != 0)
		_exit(125);
	for (int i = 0; i < 3; i++)
		give(standard[i], i);
	if (run->descriptors > 0) {
		struct rlimit limit = { run->descriptors, run->descriptors };

		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			_exit(122);
	}
	if (run->output == OUTPUT_NO_ROOM && setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, 0 }) != 0)
		_exit(120);
	if (run->alone && !forbid_processes())
		_exit(121);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	fexecve(fd, arguments, environment);
	_exit(127);
}

static void
take(int *fd, char *buffer, size_t *size, unsigned *writes)
{
	ssize_t got = read(*fd, buffer + *size, CAPTURE - *size);

	if (got > 0) {
		*size += (size_t)got;
		*writes += 1;
	} else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
		close(*fd);
		*fd = -1;
	}
}

static void
feed(const struct run *run, int *fd, size_t *fed)
{
	size_t size = run->size ? run->size : run->bytes ? strlen(run->bytes) : 0;
	ssize_t written = 0;

	if (*fed < size)
		written = write(*fd, run->bytes + *fed, size - *fed);
	if (written > 0)
		*fed += (size_t)written;
	if ((written < 0 && errno != EAGAIN && errno != EINTR) ||
		(*fed == size && run->input == INPUT_BYTES)) {
		close(*fd);
		*fd = -1;
	}
}

static bool
all_fed(const struct run *run, size_t fed)
{
	return fed == (run->size ? run->size : run->bytes ? strlen(run->bytes) : 0);
}

/* Feeds and listens until the program has ended or patience has. */
static bool
attend(struct run *run, pid_t pid, int input, int output, int errors, int *status)
{
	int64_t began = support_now_ms();
	unsigned ignored = 0;
	size_t fed = 0;
	bool ended = false;

	while (!ended || output >= 0 || errors >= 0) {
		bool idle = input < 0 || (run->input == INPUT_ENDLESS && all_fed(run, fed));
		struct pollfd polls[] = {
			{ .fd = idle ? -1 : input, .events = POLLOUT },
			{ .fd = output, .events = POLLIN },
			{ .fd = errors, .events = POLLIN },
		};

		poll(polls, 3, ended ? 0 : 2);
		if (polls[0].revents)
			feed(run, &input, &fed);
		if (polls[1].revents)
			take(&output, captured_out, &run->out_size, &run->writes);
		if (polls[2].revents)
			take(&errors, captured_err, &run->err_size, &ignored);
		if (ended && !polls[1].revents && !polls[2].revents)
			break; /* no more came, though somebody may still hold the other end */
		if (!ended)
			ended = waitpid(pid, status, WNOHANG) == pid;
		if (!ended && support_now_ms() - began >= SUPPORT_PATIENCE_MS)
			break;
	}
	run->took_ms = support_now_ms() - began;
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? input : i == 1 ? output : errors;

		if (fd >= 0)
			close(fd);
	}
	return ended;
}

void
run_probe(struct run *run, const char *const arguments[])
{
	char *argv[2100] = { (char *)"probe" };
	int input[2], output[2], errors[2], status = 0, standard[3];
	size_t count = 0;
	bool ended;
	pid_t pid;

	for (; arguments[count]; count++) {
		assert_true(count + 2 < COUNT(argv));
		argv[count + 1] = (char *)(uintptr_t)arguments[count];
	}
	program();
	make_input(run->input, input);
	make_output(run->output, output);
	make_output(run->errors, errors);
	run->out_size = run->err_size = run->writes = 0;
	standard[0] = input[0];
	standard[1] = output[1];
	standard[2] = errors[1];
	/* ours: the reader of the input may go away */
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid == 0)
		become_program(run, argv, (char **)(uintptr_t)run->environment, standard);
	assert_true(pid > 0);
	for (int i = 0; i < 3; i++) {
		if (standard[i] >= 0)
			close(standard[i]);
	}
	if (input[1] >= 0)
		assert_int_equal(fcntl(input[1], F_SETFL, O_NONBLOCK), 0);
	/* a reader that doesn't read still holds its end */
	ended = attend(run, pid, input[1], run->output == OUTPUT_UNREAD ? -1 : output[0], errors[0],
		&status);
	if (run->output == OUTPUT_UNREAD)
		close(output[0]);
	if (!ended) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fail_msg("the program had not ended after %d ms", SUPPORT_PATIENCE_MS);
	}
	run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	run->out = captured_out;
	run->err = captured_err;
	captured_out[run->out_size] = captured_err[run->err_size] = '\0';
}

bool
run_matches(const char *text, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == NUMBER[0]) {
			if (*text < '0' || *text > '9')
				return false;
			while (*text >= '0' && *text <= '9')
				text++;
		} else if (*pattern == ANYTHING[0]) {
			do {
				if (run_matches(text, pattern + 1))
					return true;
			} while (*text && *text++ != '\n');
			return false;
		} else if (*text++ != *pattern) {
			return false;
		}
	}
	return *text == '\0';
}

const char *
run_first_line(const struct run *run)
{
	return support_format("%.*s", (int)strcspn(run->out, "\n"), run->out);
}

void
run_expect(const struct run *run, int line, int status, const char *out, const char *err)
{
	/* a NUL in what was printed ends what is compared, so count, too */
	if (run->status == status && run_matches(run->out, out) && run_matches(run->err, err) &&
		strlen(run->out) == run->out_size && strlen(run->err) == run->err_size)
		return;
	support_complain("line %d: got status %d, output:\n%serror output:\n%s"
			 "want status %d, output:\n%serror output:\n%s",
		line, run->status, run->out, run->err, status, out, err);
}

void
run_expect_check(const struct run *run, int line, bool healthy, const char *shown,
	const char *verdict)
{
	run_expect(run, line, healthy ? 0 : 1,
		support_format("%s in " NUMBER " ms\n%s %s: %s in " NUMBER "." NUMBER " ms\n",
			healthy ? "healthy: 1 check passed" : "unhealthy: 1 of 1 check failed",
			healthy ? "PASS" : "FAIL", shown, verdict),
		"");
}

void
run_expect_error(const struct run *run, int line, const char *words)
{
	run_expect(run, line, 1, "", support_format("probe: %s\n", words));
}
