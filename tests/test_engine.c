#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "unit.h"

/* A check of the tests' own, which does what its script says. */
struct fake {
	struct check check;
	struct watch watches[2];
	void (*begin)(struct fake *);
	void (*go_on)(struct fake *);
	int ends[2]; /* of a socket pair: the check's own, and the peer's */
	unsigned calls, started;
	bool was_starved;
	struct fake *other;
};

static void
start(struct check *check)
{
	struct fake *fake = (struct fake *)check;

	fake->started++;
	fake->begin(fake);
}

static void
ready(struct check *check)
{
	struct fake *fake = (struct fake *)check;

	fake->calls++;
	fake->go_on(fake);
}

static void
doing(struct check *check, struct text *text)
{
	(void)check;
	text_print(text, "pretending");
}

static const struct check_kind kind = {
	.size = sizeof(struct fake),
	.start = start,
	.ready = ready,
	.doing = doing,
};

static struct run run;

struct running {
	struct check *first;
	int64_t started_us, timeout_ms;
};

static void
call(void *argument)
{
	struct running *running = argument;

	engine_run(running->first, &run, running->started_us, running->timeout_ms);
}

static bool
runs(struct check *first, int64_t started_us, int64_t timeout_ms)
{
	struct running running = { first, started_us, timeout_ms };

	return !unit_fails(call, &running);
}

/* Runs them; a minute is a deadline that no test comes near. */
static void
run_for(struct fake *fakes, size_t count, int64_t timeout_ms)
{
	unsigned before = unit_descriptors();

	run = (struct run){ .arena = unit_arena() };
	for (size_t i = 0; i < count; i++) {
		fakes[i].check.kind = &kind;
		fakes[i].check.next = i + 1 < count ? &fakes[i + 1].check : NULL;
	}
	assert_true(runs(&fakes[0].check, clock_monotonic_us(), timeout_ms));
	for (size_t i = 0; i < count; i++) {
		assert_int_not_equal(fakes[i].check.verdict.outcome, OUTCOME_NONE);
		assert_null(fakes[i].check.watches);
		assert_int_equal(fakes[i].started, 1);
		assert_true(fakes[i].check.elapsed_us >= 0);
		assert_true(fakes[i].check.began_us > 0);
	}
	/* what the checks opened is closed */
	assert_int_equal(unit_descriptors(), before);
}

static void
run_all(struct fake *fakes, size_t count)
{
	run_for(fakes, count, 60000);
}

static void
healthy(struct fake *fake)
{
	check_decide(&fake->check, OUTCOME_CONNECTED);
}

static void
never(struct fake *fake)
{
	(void)fake;
	fail_msg("not to be called");
}

static void
at_once(void **state)
{
	struct fake fakes[3] = { { .begin = healthy, .go_on = never },
		{ .begin = healthy, .go_on = never }, { .begin = healthy, .go_on = never } };

	(void)state;
	run_all(fakes, 1);
	fakes[0].started = 0;
	run_all(fakes, 3);
}

/* a descriptor, and a verdict in the same breath */
static void
open_and_decide(struct fake *fake)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fake->ends), 0);
	check_watch(&fake->check, &fake->watches[0], fake->ends[0]);
	check_watch(&fake->check, &fake->watches[1], fake->ends[1]);
	fake->watches[0].want = WANT_READ;
	healthy(fake);
}

static void
closes(void **state)
{
	struct fake fake = { .begin = open_and_decide, .go_on = never };

	(void)state;
	run_all(&fake, 1);
	assert_false(fake.watches[0].open || fake.watches[1].open);
}

static void
open_pair(struct fake *fake)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
				 fake->ends),
		0);
	for (unsigned i = 0; i < 2; i++)
		check_watch(&fake->check, &fake->watches[i], fake->ends[i]);
	fake->watches[0].want = WANT_READ;
	fake->watches[1].want = WANT_WRITE;
}

/* first the end that can be written is ready; then a byte is there for the other */
static void
ping(struct fake *fake)
{
	char byte;

	if (fake->calls == 1) {
		assert_true(fake->watches[1].ready);
		assert_false(fake->watches[0].ready);
		assert_int_equal(write(fake->ends[1], "x", 1), 1);
		fake->watches[1].want = WANT_NOTHING; /* and is closed */
		return;
	}
	assert_false(fake->watches[1].open);
	assert_true(fake->watches[0].ready);
	assert_int_equal(read(fake->ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	healthy(fake);
}

static void
goes_on_when_ready(void **state)
{
	struct fake fake = { .begin = open_pair, .go_on = ping };

	(void)state;
	run_all(&fake, 1);
	assert_int_equal(fake.calls, 2);
}

/* each reads what the other one has written: none waits for another to end */
static void
write_first(struct fake *fake)
{
	open_pair(fake);
	fake->watches[1].want = WANT_READ;
	if (fake->other->started)
		assert_int_equal(write(fake->other->ends[1], "x", 1), 1);
}

static void
answer_other(struct fake *fake)
{
	assert_true(fake->watches[0].ready);
	if (fake->other->check.verdict.outcome == OUTCOME_NONE)
		assert_int_equal(write(fake->other->ends[1], "x", 1), 1);
	healthy(fake);
}

static void
together(void **state)
{
	struct fake fakes[2] = {
		{ .begin = write_first, .go_on = answer_other, .other = &fakes[1] },
		{ .begin = write_first, .go_on = answer_other, .other = &fakes[0] },
	};

	(void)state;
	run_all(fakes, 2);
	assert_int_equal(fakes[0].calls, 1);
	assert_int_equal(fakes[1].calls, 1);
}

static void
wake_soon(struct fake *fake)
{
	fake->check.wake_us = clock_monotonic_us() + 2000;
}

static void
wake_again(struct fake *fake)
{
	assert_true(clock_monotonic_us() >= fake->check.wake_us);
	if (fake->calls < 3)
		wake_soon(fake);
	else
		healthy(fake);
}

static void
wakes(void **state)
{
	struct fake fake = { .begin = wake_soon, .go_on = wake_again };

	(void)state;
	run_all(&fake, 1);
	assert_int_equal(fake.calls, 3);
}

static void
open_silent(struct fake *fake)
{
	open_pair(fake);
	fake->watches[1].want = WANT_READ;
}

static void
says(const struct fake *fake, const char *words)
{
	assert_slice(fake->check.verdict.words, words);
}

static void
deadlines(void **state)
{
	struct fake fakes[4] = {
		{ .begin = open_silent, .go_on = never },
		{ .begin = open_silent, .go_on = never, .check.timeout_ms = 10 },
		{ .begin = open_silent,
			.go_on = never,
			.check.timeout_ms = 90000 }, /* never past the run's */
		{ .begin = healthy, .go_on = never, .check.timeout_ms = 1 },
	};

	(void)state;
	run_for(fakes, 4, 40);
	says(&fakes[0], "timed out after 40 ms while pretending");
	says(&fakes[1], "timed out after 10 ms while pretending");
	says(&fakes[2], "timed out after 40 ms while pretending");
	assert_true(outcome_healthy(fakes[3].check.verdict.outcome));
	assert_true(fakes[0].check.elapsed_us >= 30000);
}

/* the clock began before: what is left may be nothing */
static void
late(void **state)
{
	struct fake fakes[2] = { { .begin = open_silent, .go_on = never },
		{ .begin = healthy, .go_on = never } };

	(void)state;
	run = (struct run){ .arena = unit_arena() };
	fakes[0].check.kind = fakes[1].check.kind = &kind;
	fakes[0].check.next = &fakes[1].check;
	assert_true(runs(&fakes[0].check, clock_monotonic_us() - 5000000, 4000));
	says(&fakes[0], "timed out after 4000 ms while pretending");
	assert_true(outcome_healthy(fakes[1].check.verdict.outcome));
}

/* always ready, never done: the deadline ends it all the same */
static void
open_busy(struct fake *fake)
{
	open_pair(fake);
}

static void
do_nothing(struct fake *fake)
{
	(void)fake;
}

static void
busy(void **state)
{
	struct fake fake = { .begin = open_busy, .go_on = do_nothing };

	(void)state;
	run_for(&fake, 1, 20);
	says(&fake, "timed out after 20 ms while pretending");
	assert_true(fake.calls > 0);
}

/* Descriptors for one at a time: the others get theirs as they come free. */
static void
open_one(struct fake *fake)
{
	if (!check_socket(&fake->check, &fake->watches[0], AF_UNIX, SOCK_DGRAM)) {
		assert_true(fake->check.starved);
		fake->was_starved = true;
		return;
	}
	fake->watches[0].want = WANT_WRITE;
}

static void
open_or_end(struct fake *fake)
{
	if (fake->watches[0].open)
		healthy(fake);
	else
		open_one(fake);
}

/* the lowest number that is not taken */
static rlim_t
next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return (rlim_t)fd;
}

static void
limit_descriptors(rlim_t more, struct rlimit *was)
{
	struct rlimit few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, was), 0);
	few = (struct rlimit){ next_descriptor() + more, was->rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}

static void
starves(void **state)
{
	struct fake fakes[20];
	struct rlimit was;
	unsigned starved = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(fakes); i++)
		fakes[i] = (struct fake){ .begin = open_one, .go_on = open_or_end };
	limit_descriptors(2, &was);
	run = (struct run){ .arena = unit_arena() };
	for (size_t i = 0; i < COUNT(fakes); i++) {
		fakes[i].check.kind = &kind;
		fakes[i].check.next = i + 1 < COUNT(fakes) ? &fakes[i + 1].check : NULL;
	}
	assert_true(runs(&fakes[0].check, clock_monotonic_us(), 60000));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	for (size_t i = 0; i < COUNT(fakes); i++) {
		assert_true(outcome_healthy(fakes[i].check.verdict.outcome));
		starved += fakes[i].was_starved;
	}
	assert_int_equal(starved, COUNT(fakes) - 2);
}

/* none ever comes free: the verdict says what was missing */
static void
starves_to_the_end(void **state)
{
	struct fake fake = { .begin = open_one, .go_on = open_or_end };
	struct rlimit was;

	(void)state;
	limit_descriptors(0, &was);
	run = (struct run){ .arena = unit_arena() };
	fake.check.kind = &kind;
	assert_true(runs(&fake.check, clock_monotonic_us(), 20));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	says(&fake, "timed out after 20 ms while pretending (no free descriptor)");
}

static void
no_memory(void **state)
{
	struct fake fake = { .begin = healthy, .go_on = never, .check.kind = &kind };

	(void)state;
	run = (struct run){ .arena = unit_arena() };
	run.arena.end = run.arena.next + 100;
	assert_false(runs(&fake.check, clock_monotonic_us(), 1000));
	assert_int_equal(fake.started, 0);
	assert_text(error.words, "out of memory");
}

static void
write_buffer(struct fake *fake)
{
	memset(fake->check.run->buffer, 0x5a, RUN_BUFFER);
	healthy(fake);
}

static void
buffer(void **state)
{
	struct fake fake = { .begin = write_buffer, .go_on = never };

	(void)state;
	run_all(&fake, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once),
		cmocka_unit_test(closes),
		cmocka_unit_test(goes_on_when_ready),
		cmocka_unit_test(together),
		cmocka_unit_test(wakes),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(late),
		cmocka_unit_test(busy),
		cmocka_unit_test(starves),
		cmocka_unit_test(starves_to_the_end),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(buffer),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
