#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { CHILDREN = 256, SHARED = 256 };

struct kept {
	struct kept *next;
	_Alignas(max_align_t) char bytes[];
};

static char own_folder[64];
static pid_t children[CHILDREN];
static size_t child_count;
static struct kept *kept;
static struct {
	void *memory;
	size_t size;
} shared[SHARED];
static size_t shared_count;
static unsigned complaints;

int
support_begin(void **state)
{
	(void)state;
	strcpy(own_folder, "/tmp/probe-test-XXXXXX");
	/* others may look into it: some tests run the probe as somebody else */
	return mkdtemp(own_folder) && chmod(own_folder, 0755) == 0 ? 0 : -1;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int
clean(void)
{
	int removed;

	for (size_t i = 0; i < child_count; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	child_count = 0;
	while (kept) {
		struct kept *next = kept->next;

		free(kept);
		kept = next;
	}
	while (shared_count > 0) {
		shared_count--;
		munmap(shared[shared_count].memory, shared[shared_count].size);
	}
	removed = nftw(own_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	own_folder[0] = '\0';
	return removed;
}

int
support_end(void **state)
{
	bool settled = complaints == 0;

	(void)state;
	complaints = 0;
	return clean() == 0 && settled ? 0 : -1;
}

void
support_renew(void)
{
	assert_int_equal(clean(), 0);
	assert_int_equal(support_begin(NULL), 0);
}

void
support_complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("mismatch: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	complaints++;
}

void
support_settle(void)
{
	unsigned count = complaints;

	complaints = 0;
	if (count > 0)
		fail_msg("%u mismatches", count);
}

void
support_adopt(pid_t pid)
{
	assert_true(child_count < CHILDREN);
	children[child_count++] = pid;
}

pid_t
support_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		return 0;
	}
	assert_true(pid > 0);
	support_adopt(pid);
	return pid;
}

void *
support_memory(size_t size)
{
	struct kept *one = calloc(1, sizeof(*one) + size);

	assert_non_null(one);
	one->next = kept;
	kept = one;
	return one->bytes;
}

char *
support_format(const char *format, ...)
{
	va_list arguments;
	char *string;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert_true(length >= 0);
	string = support_memory((size_t)length + 1);
	va_start(arguments, format);
	vsnprintf(string, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return string;
}

void *
support_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_true(shared_count < SHARED);
	shared[shared_count].memory = memory;
	shared[shared_count++].size = size;
	return memory;
}

int64_t
support_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
support_sleep_ms(int ms)
{
	struct timespec rest = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		continue;
}

const char *
folder(void)
{
	return own_folder;
}

char *
folder_path(const char *name)
{
	char *path = support_format("%s/%s", own_folder, name);

	for (char *slash = path + strlen(own_folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	return path;
}

char *
folder_write(const char *name, const void *bytes, size_t size)
{
	char *path = folder_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t done = 0;

	assert_true(fd >= 0);
	while (done < size) {
		ssize_t written = write(fd, (const char *)bytes + done, size - done);

		assert_true(written > 0);
		done += (size_t)written;
	}
	assert_int_equal(close(fd), 0);
	return path;
}

char *
folder_text(const char *name, const char *text)
{
	return folder_write(name, text, strlen(text));
}

void
folder_age(const char *name, int64_t seconds)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= (time_t)seconds;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, folder_path(name), times, 0), 0);
}
