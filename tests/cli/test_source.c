/* where the configuration comes from, and what can be wrong with that */
#include <sys/stat.h>
#include <unistd.h>

#include "namespace.h"
#include "run.h"

#define ONE "{\"checks\": [{\"file\": \"/\"}]}"
#define TWO "{\"checks\": [{\"file\": \"/\"}, {\"file\": \"/\"}]}"
#define THREE "{\"checks\": [{\"file\": \"/\"}, {\"file\": \"/\"}, {\"file\": \"/\"}]}"
#define NOT_FOUND \
	"no health.json: looked for ./health.json, /health.json and /etc/health.json; " \
	"name one with -c FILE, or give a check: probe --http http://localhost:8080/healthz"

/* ./health.json, /health.json, /etc/health.json: the first that there is */
static void
test_places(void **state)
{
	struct run run = { 0 };

	(void)state;
	folder_text("root/app/health.json", ONE);
	folder_text("root/health.json", TWO);
	folder_text("root/etc/health.json", THREE);
	run.root = namespace_root(NULL, NULL);
	RUN(&run, "--validate", "-c", "app/health.json");
	EXPECT(&run, 0, "app/health.json: 1 check\n", "");
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 2 checks\n", "");
	assert_int_equal(unlink(folder_path("root/health.json")), 0);
	RUN(&run, "--validate");
	EXPECT(&run, 0, "/etc/health.json: 3 checks\n", "");
	assert_int_equal(unlink(folder_path("root/etc/health.json")), 0);
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, NOT_FOUND);
	RUN_BARE(&run);
	EXPECT_ERROR(&run, NOT_FOUND);
}

/* The working directory's comes before the root's; outside a root of our own, no more than
 * that can be arranged. */
static void
test_working_directory(void **state)
{
	struct run run = { 0 };

	(void)state;
	folder_text("health.json", ONE);
	folder_text("a/health.json", TWO);
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1 check\n", "");
	run.where = support_format("%s/a", folder());
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 2 checks\n", "");
}

static void
test_variable(void **state)
{
	struct run run = { .environment = { "PROBE_CONFIG=b.json" } };

	(void)state;
	folder_text("health.json", ONE);
	folder_text("b.json", TWO);
	folder_text("c.json", THREE);
	RUN(&run, "--validate");
	EXPECT(&run, 0, "b.json: 2 checks\n", "");
	RUN(&run, "--validate", "-c", "c.json"); /* the option goes before the variable */
	EXPECT(&run, 0, "c.json: 3 checks\n", "");
	RUN(&run, "--validate", "--file", "/"); /* and so does a check */
	EXPECT(&run, 0, "options: 1 check\n", "");
	run.environment[0] = "PROBE_CONFIG=";
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1 check\n", "");
	run.environment[0] = "PROBE_CONFIGURATION=b.json";
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1 check\n", "");
	run.environment[0] = "PROBE_CONFIG=none.json";
	RUN(&run, "--validate");
	EXPECT_ERROR(&run,
		"none.json: no such file or directory while reading the configuration that PROBE_CONFIG names");
	folder_text("b.json", "{}");
	run.environment[0] = "PROBE_CONFIG=b.json";
	RUN_BARE(&run);
	EXPECT_ERROR(&run, "b.json:1:1: missing key \"checks\"");
}

static void
test_unreadable(void **state)
{
	struct run run = { .powerless = true };

	(void)state;
	folder_text("folder/x", "");
	folder_text("file", "");
	assert_int_equal(chmod(folder_text("secret.json", ONE), 0), 0);
	RUN(&run, "-c", "none.json");
	EXPECT_ERROR(&run, "none.json: no such file or directory while reading the configuration");
	RUN(&run, "-c", "folder");
	EXPECT_ERROR(&run, "folder: is a directory while reading the configuration");
	RUN(&run, "-c", "file/x");
	EXPECT_ERROR(&run, "file/x: not a directory while reading the configuration");
	RUN(&run, "-c", "secret.json");
	EXPECT_ERROR(&run, "secret.json: permission denied while reading the configuration");
	RUN(&run, "-c", "\033[31m.json");
	EXPECT_ERROR(&run,
		"\\x1b[31m.json: no such file or directory while reading the configuration");
	RUN(&run, "-c", "/proc/self/mem");
	EXPECT_ERROR(&run, "/proc/self/mem: input/output error while reading the configuration");
	/* a default one that is there and can't be read is no reason to go on to the next */
	assert_int_equal(chmod(folder_text("health.json", ONE), 0), 0);
	RUN_BARE(&run);
	EXPECT_ERROR(&run, "health.json: permission denied while reading the configuration");
}

static void
test_stdin(void **state)
{
	struct run run = { .input = INPUT_BYTES, .bytes = TWO };

	(void)state;
	folder_text("health.json", ONE);
	RUN(&run, "-c", "-");
	EXPECT(&run, 0, "healthy: 2 checks passed in " NUMBER " ms\n", "");
	RUN(&run, "--config=-", "--file", "/");
	EXPECT(&run, 0, "healthy: 3 checks passed in " NUMBER " ms\n", "");
	run.bytes = "{\"checks\": [\n{}]}";
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run,
		"stdin:2:1: checks[0]: missing key: a check has one of "
		"\"http\", \"tcp\" and \"file\"");
	run.bytes = "";
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run, "stdin:1:1: expected a value, found the end");
	run.input = INPUT_NOTHING;
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run, "stdin:1:1: expected a value, found the end");
	run.input = INPUT_CLOSED;
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run, "stdin: bad file descriptor while reading the configuration");
}

/* "-" means standard input for the option only. */
static void
test_variable_dash(void **state)
{
	struct run run = {
		.environment = { "PROBE_CONFIG=-" }, .input = INPUT_BYTES, .bytes = TWO
	};

	(void)state;
	folder_text("health.json", ONE);
	RUN(&run, "--validate");
	EXPECT_ERROR(&run,
		"-: no such file or directory while reading the configuration that PROBE_CONFIG names");
	folder_text("-", THREE);
	RUN(&run, "--validate");
	EXPECT(&run, 0, "-: 3 checks\n", "");
	folder_text("-", "{}");
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "-:1:1: missing key \"checks\"");
	/* and the option still goes before it */
	RUN(&run, "--validate", "-c", "-");
	EXPECT(&run, 0, "stdin: 2 checks\n", "");
}

/* What never ends, ends at the deadline. */
static void
test_endless(void **state)
{
	struct run run = { .input = INPUT_ENDLESS, .bytes = ONE };

	(void)state;
	RUN(&run, "-t", "300ms", "-c", "-");
	EXPECT_ERROR(&run, "stdin: timed out while reading the configuration");
	run.bytes = NULL;
	RUN(&run, "-t", "300ms", "-c", "-");
	EXPECT_ERROR(&run, "stdin: timed out while reading the configuration");
	/* a FIFO whose writer never comes */
	assert_int_equal(mkfifo(folder_path("fifo"), 0644), 0);
	RUN(&run, "-t", "300ms", "-c", "fifo");
	EXPECT_ERROR(&run, "fifo: timed out while reading the configuration");
	run.environment[0] = "PROBE_CONFIG=fifo";
	RUN(&run, "-t", "300ms");
	EXPECT_ERROR(&run,
		"fifo: timed out while reading the configuration that PROBE_CONFIG "
		"names");
	/* and what gives more than is taken is not read to its end */
	RUN(&run, "-t", "20s", "-c", "/dev/zero");
	EXPECT_ERROR(&run, "/dev/zero:1:1: expected a value, found \"\\x00\"");
}

/* shells make it of a process substitution: a FIFO with a writer */
static void
test_fifo(void **state)
{
	struct run run = { 0 };
	const char *path = folder_path("fifo");
	pid_t pid;

	(void)state;
	assert_int_equal(mkfifo(path, 0644), 0);
	pid = support_fork();
	if (pid == 0) {
		FILE *file;

		support_sleep_ms(100);
		file = fopen(path, "w");
		if (file) {
			fputs(TWO, file);
			fclose(file);
		}
		_exit(0);
	}
	RUN(&run, "-t", "20s", "-c", "fifo");
	EXPECT(&run, 0, "healthy: 2 checks passed in " NUMBER " ms\n", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_working_directory),
		TEST(test_variable),
		TEST(test_unreadable),
		TEST(test_stdin),
		TEST(test_variable_dash),
		TEST(test_endless),
		TEST(test_fifo),
	};

	namespace_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
