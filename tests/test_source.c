#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "source.h"
#include "unit.h"

enum { LIMIT = 64 };

static char folder[] = "/tmp/probe-source-XXXXXX";
static struct arena arena;
static struct source source;

struct reading {
	const char *config;
	int64_t deadline_us;
};

static void
call(void *argument)
{
	struct reading *reading = argument;

	source_read(&source, reading->config, LIMIT, reading->deadline_us, &arena);
}

static bool
reads_until(const char *config, int64_t ms)
{
	struct reading reading = { config, clock_monotonic_us() + ms * 1000 };

	arena = unit_arena();
	source = (struct source){ NULL, { NULL, 0 } };
	return !unit_fails(call, &reading);
}

/* under a deadline that no test comes near */
static bool
reads(const char *config)
{
	return reads_until(config, 60000);
}

static void
put(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

static int
enter(void **state)
{
	(void)state;
	return unsetenv("PROBE_CONFIG") || !mkdtemp(folder) || chdir(folder);
}

static int
leave(void **state)
{
	static const char *const names[] = { "-", "a.json", "health.json", "empty", "long",
		"fifo" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(names[i]);
	rmdir("folder");
	return chdir("/") || rmdir(folder);
}

static void
named(void **state)
{
	(void)state;
	put("a.json", "{\"a\":1}\n");
	assert_true(reads("a.json"));
	assert_slice(source.text, "{\"a\":1}\n");
	assert_string_equal(source.name, "a.json");

	put("empty", "");
	assert_true(reads("empty"));
	assert_slice(source.text, "");
	assert_true(reads("/dev/null"));
	assert_slice(source.text, "");
}

static void
limited(void **state)
{
	char content[2 * LIMIT + 1];

	(void)state;
	for (size_t size = LIMIT - 1; size <= 2 * LIMIT; size++) {
		memset(content, 'x', size);
		content[size] = '\0';
		put("long", content);
		assert_true(reads("long"));
		assert_int_equal(source.text.length, size < LIMIT ? size : LIMIT);
	}
	assert_true(reads("/dev/zero"));
	assert_int_equal(source.text.length, LIMIT);
}

static void
refused(void **state)
{
	unsigned before = unit_descriptors();

	(void)state;
	mkdir("folder", 0700);
	put("a.json", "x");
	assert_false(reads("none.json"));
	assert_text(error.words,
		"none.json: no such file or directory while reading the configuration");
	assert_false(reads("a.json/b"));
	assert_text(error.words, "a.json/b: not a directory while reading the configuration");
	assert_false(reads("folder"));
	assert_text(error.words, "folder: is a directory while reading the configuration");
	assert_false(reads("a\x1b\n"));
	assert_text(error.words,
		"a\\x1b\\x0a: no such file or directory while reading the configuration");
	assert_int_equal(unit_descriptors(), before);
}

static void
places(void **state)
{
	static const char nothing[] =
		"no health.json: looked for ./health.json, /health.json and /etc/health.json; name one with "
		"-c FILE, or give a check: probe --http http://localhost:8080/healthz";

	(void)state;
	if (access("/health.json", F_OK) != 0 && access("/etc/health.json", F_OK) != 0) {
		assert_false(reads(NULL));
		assert_text(error.words, nothing);
	}
	put("health.json", "here");
	assert_true(reads(NULL));
	assert_slice(source.text, "here");
	assert_string_equal(source.name, "health.json");

	/* what is there and is no file is not passed over */
	unlink("health.json");
	mkdir("health.json", 0700);
	assert_false(reads(NULL));
	assert_text(error.words, "health.json: is a directory while reading the configuration");
	rmdir("health.json");
}

static void
variable(void **state)
{
	(void)state;
	put("health.json", "here");
	put("a.json", "there");
	setenv("PROBE_CONFIG", "a.json", 1);
	assert_true(reads(NULL));
	assert_slice(source.text, "there");
	assert_string_equal(source.name, "a.json");
	assert_true(reads("health.json"));
	assert_slice(source.text, "here");

	setenv("PROBE_CONFIG", "none.json", 1);
	assert_false(reads(NULL));
	assert_text(error.words,
		"none.json: no such file or directory while reading the configuration that PROBE_CONFIG names");
	assert_true(reads("health.json"));
	assert_false(reads("other.json"));
	assert_text(error.words,
		"other.json: no such file or directory while reading the configuration");

	setenv("PROBE_CONFIG", "", 1); /* counts as unset */
	assert_true(reads(NULL));
	assert_slice(source.text, "here");
	unsetenv("PROBE_CONFIG");
}

/* -c - is standard input; this variable holds a path and nothing else */
static void
variable_minus(void **state)
{
	(void)state;
	put("-", "a file after all");
	setenv("PROBE_CONFIG", "-", 1);
	assert_true(reads_until(NULL, 20));
	assert_slice(source.text, "a file after all");
	unlink("-");
	unsetenv("PROBE_CONFIG");
}

/* A FIFO or standard input whose writer sends these pieces; a child, for it may have to wait. */
static void
write_pieces(int fd, const char *const *pieces)
{
	for (; *pieces; pieces++)
		assert_int_equal(write(fd, *pieces, strlen(*pieces)), strlen(*pieces));
}

static void
fifo(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	/* nobody writes: the deadline ends it */
	assert_false(reads_until("fifo", 20));
	assert_text(error.words, "fifo: timed out while reading the configuration");
	assert_false(reads_until("fifo", 0));

	/* a writer who has something but doesn't end */
	fd = open("fifo", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	write_pieces(fd, (const char *[]){ "{\"a\"", NULL });
	assert_false(reads_until("fifo", 20));
	assert_text(error.words, "fifo: timed out while reading the configuration");
	/* or who fills it */
	for (unsigned i = 0; i < LIMIT; i++)
		write_pieces(fd, (const char *[]){ "xy", NULL });
	assert_true(reads("fifo"));
	assert_int_equal(source.text.length, LIMIT);
	close(fd);
}

/* standard input is what that descriptor is for the time being */
static bool
reads_stdin(int fd, int64_t ms)
{
	int saved = dup(STDIN_FILENO);
	bool good;

	dup2(fd, STDIN_FILENO);
	good = reads_until("-", ms);
	if (saved >= 0)
		dup2(saved, STDIN_FILENO);
	else
		close(STDIN_FILENO);
	close(saved);
	return good;
}

static void
standard_input(void **state)
{
	int ends[2], fd;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	write_pieces(ends[1], (const char *[]){ "{\"a\":", "1}", NULL });
	/* as long as the other end is open there may be more */
	assert_false(reads_stdin(ends[0], 20));
	assert_text(error.words, "stdin: timed out while reading the configuration");
	write_pieces(ends[1], (const char *[]){ "{\"b\":", "2}", NULL });
	close(ends[1]);
	assert_true(reads_stdin(ends[0], 60000));
	assert_slice(source.text, "{\"b\":2}");
	assert_string_equal(source.name, "stdin");
	/* it is somebody else's: not made non-blocking */
	assert_false(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
	assert_true(reads_stdin(ends[0], 60000));
	assert_slice(source.text, "");
	close(ends[0]);

	put("a.json", "from a file");
	fd = open("a.json", O_RDONLY | O_CLOEXEC);
	assert_true(reads_stdin(fd, 60000));
	assert_slice(source.text, "from a file");
	close(fd);

	fd = open(".", O_RDONLY | O_CLOEXEC);
	assert_false(reads_stdin(fd, 60000));
	assert_text(error.words, "stdin: is a directory while reading the configuration");
	close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(named),
		cmocka_unit_test(limited),
		cmocka_unit_test(refused),
		cmocka_unit_test(places),
		cmocka_unit_test(variable),
		cmocka_unit_test(variable_minus),
		cmocka_unit_test(fifo),
		cmocka_unit_test(standard_input),
	};

	return cmocka_run_group_tests_name("source", tests, enter, leave);
}
