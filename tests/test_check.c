#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

static void
fake_doing(struct check *check, struct text *text)
{
	text_print(text, "counting to %r", check->target);
}

static const struct check_kind fake = { .doing = fake_doing };

static void
kinds(void **state)
{
	static const char *const names[] = { "http", "tcp", "file" };
	size_t count = 0;

	(void)state;
	for (; check_kinds[count]; count++) {
		const struct check_kind *kind = check_kinds[count];

		assert_true(count < COUNT(names));
		assert_true(kind->size >= sizeof(struct check));
		assert_true(kind->help[0] && kind->prepare && kind->start && kind->ready &&
			kind->doing);
		/* the first field is the kind's own key */
		assert_string_equal(kind->fields[0].name, names[count]);
		for (const struct field *at = kind->fields; at->name; at++) {
			assert_non_null(at->take);
			for (const struct field *other = kind->fields; other != at; other++)
				assert_string_not_equal(at->name, other->name);
		}
	}
	assert_int_equal(count, COUNT(names));
}

static void
watches(void **state)
{
	struct check check = { .kind = &fake };
	struct watch first = { .ready = true, .want = WANT_READ }, second = { 0 };

	(void)state;
	check_watch(&check, &first, 7);
	assert_true(first.open && first.fd == 7 && !first.ready && first.want == WANT_NOTHING);
	check_watch(&check, &second, 8);
	assert_ptr_equal(check.watches, &second);
	assert_ptr_equal(second.next, &first);
	assert_null(first.next);
}

static void
sockets(void **state)
{
	struct check check = { .kind = &fake, .starved = false };
	struct watch watch = { 0 };

	(void)state;
	assert_true(check_socket(&check, &watch, AF_INET, SOCK_STREAM));
	assert_ptr_equal(check.watches, &watch);
	assert_true(watch.open && watch.want == WANT_NOTHING);
	assert_true(fcntl(watch.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(watch.fd, F_GETFD) & FD_CLOEXEC);
	close(watch.fd);

	check.watches = NULL;
	assert_false(check_socket(&check, &watch, 9999, SOCK_STREAM));
	assert_false(check.starved);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_null(check.watches);
}

static void
no_descriptors(void **state)
{
	struct check check = { .kind = &fake };
	struct watch watch = { 0 };
	struct rlimit was, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ 0, was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_false(check_socket(&check, &watch, AF_UNIX, SOCK_STREAM));
	assert_int_equal(errno, EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_true(check.starved);
	assert_null(check.watches);
}

static struct run run;

static struct check
begun(void)
{
	run.arena = unit_arena();
	return (struct check){ .kind = &fake, .run = &run, .target = SLICE("ten") };
}

static void
verdicts(void **state)
{
	struct check check = begun();

	(void)state;
	check_decide(&check, OUTCOME_EXISTS);
	assert_int_equal(check.verdict.outcome, OUTCOME_EXISTS);
	assert_slice(check.verdict.words, "exists");

	check = begun();
	assert_slice(check_doing(&check), "counting to ten");
	check.starved = true;
	assert_slice(check_doing(&check), "counting to ten (no free descriptor)");

	check = begun();
	check_fail_errno(&check, ECONNRESET);
	assert_int_equal(check.verdict.outcome, OUTCOME_ERROR);
	assert_slice(check.verdict.words, "connection reset while counting to ten");
}

static void
texts(void **state)
{
	struct check check = begun();
	struct slice first, second;
	struct text text;

	(void)state;
	text_open(&text, &run.arena, 10);
	text_print(&text, "0123456789");
	first = check_keep(&check, &text);
	text_open(&text, &run.arena, 10);
	text_print(&text, "0123456789a");
	second = check_keep(&check, &text);
	assert_slice(first, "0123456789");
	assert_slice(second, "0123456...");

	/* not half a character */
	text_open(&text, &run.arena, 10);
	text_print(&text, "01234\xe2\x82\xac\xe2\x82\xac");
	second = check_keep(&check, &text);
	assert_true(second.length <= 10);
	assert_memory_equal(second.bytes + second.length - 3, "...", 3);
	for (const char *at = second.bytes, *end = at + second.length; at < end;)
		assert_true(utf8_take(&at, end) > 0);
	assert_slice(first, "0123456789");
}

static void
no_memory(void **state)
{
	struct check check = begun();

	(void)state;
	run.arena.next = run.arena.end;
	check_fail_errno(&check, EIO);
	assert_int_equal(check.verdict.outcome, OUTCOME_ERROR);
	check_decide(&check, OUTCOME_NO_MEMORY);
	assert_int_equal(check.verdict.outcome, OUTCOME_NO_MEMORY);
	for (unsigned left = 1; left < 8; left++) {
		run.arena.next = run.arena.end - left;
		check_decide(&check, OUTCOME_NO_MEMORY);
		assert_true(check.verdict.words.length < left ||
			slice_is(check.verdict.words, "out of memory"));
		assert_true(run.arena.next <= run.arena.end);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(watches),
		cmocka_unit_test(sockets),
		cmocka_unit_test(no_descriptors),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(texts),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
