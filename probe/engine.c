#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"

enum { STARVED_RETRY_US = 50000 };

struct engine {
	struct check **active; /* those without a verdict, in their order */
	size_t count;
	struct pollfd *polls; /* the watches of the active ones, in the same order */
	int64_t started_us;
	bool closed; /* a descriptor has come free since the starved were tried */
};

/* Lets the check go on, and closes what it no longer wants. */
static void
step(struct engine *engine, struct check *check, void (*call)(struct check *))
{
	struct watch **link = &check->watches, *watch;

	call(check);
	check->elapsed_us = clock_monotonic_us() - check->began_us;
	while ((watch = *link)) {
		if (watch->want == WANT_NOTHING || check->verdict.outcome) {
			*link = watch->next;
			watch->open = watch->ready = false;
			close(watch->fd);
			engine->closed = true;
		} else {
			link = &watch->next;
		}
	}
}

/* The same for a check that may find a descriptor now. */
static void
resume(struct engine *engine, struct check *check, void (*call)(struct check *))
{
	check->starved = false;
	step(engine, check, call);
}

static int64_t
deadline_us(const struct engine *engine, const struct check *check)
{
	return engine->started_us + check->limit_ms * 1000;
}

static void
time_out(struct check *check)
{
	check_decide(check, OUTCOME_TIMED_OUT, (uint64_t)check->limit_ms, check_doing(check));
}

static void
start_all(struct engine *engine, struct check *check, struct run *run, int64_t timeout_ms)
{
	for (; check; check = check->next) {
		bool own = check->timeout_ms > 0 && check->timeout_ms < timeout_ms;

		check->run = run;
		check->limit_ms = own ? check->timeout_ms : timeout_ms;
		check->wake_us = CLOCK_NEVER;
		check->verdict.outcome = OUTCOME_NONE;
		check->began_us = clock_monotonic_us();
		resume(engine, check, check->kind->start);
		engine->active[engine->count++] = check;
	}
}

/* Lets those that found no descriptor try again, in their order, until one finds none. */
static void
retry_starved(struct engine *engine)
{
	bool again = engine->closed;

	engine->closed = false;
	for (size_t i = 0; i < engine->count && again; i++) {
		struct check *check = engine->active[i];

		if (check->starved) {
			check->run->wall_ms = clock_wall_ms(); /* it may have waited for long */
			resume(engine, check, check->kind->ready);
			again = !check->starved;
		}
	}
}

/* Drops those with a verdict and gathers what the others wait for; polls until the first of
 * them is to be called. */
static void
wait_for_any(struct engine *engine)
{
	int64_t now_us = clock_monotonic_us(), wake_us = CLOCK_NEVER;
	struct pollfd *poll_at = engine->polls;
	size_t kept = 0;

	for (size_t i = 0; i < engine->count; i++) {
		struct check *check = engine->active[i];
		int64_t times[] = { deadline_us(engine, check), check->wake_us,
			check->starved ? now_us + STARVED_RETRY_US : CLOCK_NEVER };

		if (check->verdict.outcome)
			continue;
		engine->active[kept++] = check;
		for (const struct watch *watch = check->watches; watch; watch = watch->next)
			*poll_at++ = (struct pollfd){
				.fd = watch->fd,
				.events = watch->want == WANT_READ ? POLLIN : POLLOUT,
			};
		for (unsigned j = 0; j < 3; j++) {
			if (times[j] < wake_us)
				wake_us = times[j];
		}
	}
	engine->count = kept;
	/* descriptors can come free elsewhere, too: a quiet while is a reason to look */
	if (kept > 0 &&
		poll(engine->polls, (nfds_t)(poll_at - engine->polls), clock_wait_ms(wake_us)) == 0)
		engine->closed = true;
}

static void
dispatch(struct engine *engine)
{
	const struct pollfd *polled = engine->polls;
	int64_t now_us = clock_monotonic_us();

	for (size_t i = 0; i < engine->count; i++) {
		struct check *check = engine->active[i];
		bool ready = check->wake_us <= now_us;

		for (struct watch *watch = check->watches; watch; watch = watch->next) {
			watch->ready = (polled++)->revents != 0;
			ready = ready || watch->ready;
		}
		if (ready)
			resume(engine, check, check->kind->ready);
		if (!check->verdict.outcome && deadline_us(engine, check) <= now_us)
			step(engine, check, time_out);
	}
}

void
engine_run(struct check *checks, struct run *run, int64_t started_us, int64_t timeout_ms)
{
	struct engine engine = { .started_us = started_us };
	size_t count = 0;

	for (const struct check *check = checks; check; check = check->next)
		count++;
	engine.active = arena_reserve(&run->arena, count * sizeof(*engine.active));
	engine.polls = arena_reserve(&run->arena, count * CHECK_WATCHES * sizeof(*engine.polls));
	run->buffer = arena_reserve(&run->arena, RUN_BUFFER);
	if (!run->buffer || !engine.polls || !engine.active)
		refuse("out of memory");
	start_all(&engine, checks, run, timeout_ms);
	for (;;) {
		retry_starved(&engine);
		wait_for_any(&engine);
		if (engine.count == 0)
			return;
		dispatch(&engine);
	}
}
