#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"

enum { STARVED_RETRY_US = 50000 };

struct engine {
	struct run *run;
	int64_t started_us, timeout_ms;
	struct check **active; /* those without a verdict, in their order */
	size_t count;
	struct pollfd *polls; /* the watches of the active ones, in the same order */
	nfds_t poll_count;
	bool closed; /* a descriptor has come free since the starved were tried */
};

static int64_t
deadline_ms(const struct engine *engine, const struct check *check)
{
	bool own = check->timeout_ms > 0 && check->timeout_ms < engine->timeout_ms;

	return own ? check->timeout_ms : engine->timeout_ms;
}

static int64_t
deadline_us(const struct engine *engine, const struct check *check)
{
	return engine->started_us + deadline_ms(engine, check) * 1000;
}

/* Closes what the check no longer wants; all of it once it has its verdict. */
static void
close_unwanted(struct engine *engine, struct check *check)
{
	struct watch **link = &check->watches, *watch;

	while ((watch = *link)) {
		if (watch->want != WANT_NOTHING && !check->verdict.outcome) {
			link = &watch->next;
			continue;
		}
		*link = watch->next;
		watch->open = false;
		close(watch->fd);
		engine->closed = true;
	}
}

static void
step(struct engine *engine, struct check *check, void (*call)(struct check *))
{
	check->starved = false;
	call(check);
	if (check->verdict.outcome)
		check->elapsed_us = clock_monotonic_us() - check->began_us;
	close_unwanted(engine, check);
}

static void
start_all(struct engine *engine, struct check *checks)
{
	for (struct check *check = checks; check; check = check->next) {
		check->run = engine->run;
		check->watches = NULL;
		check->wake_us = CLOCK_NEVER;
		check->verdict = (struct verdict){ 0 };
		check->began_us = clock_monotonic_us();
		step(engine, check, check->kind->start);
		engine->active[engine->count++] = check;
	}
}

/* Gathers what to poll; the time until the first check wants to be called. */
static int64_t
gather(struct engine *engine)
{
	int64_t now_us = clock_monotonic_us(), wake_us = CLOCK_NEVER;

	engine->poll_count = 0;
	for (size_t i = 0; i < engine->count; i++) {
		const struct check *check = engine->active[i];
		int64_t deadline = deadline_us(engine, check);

		for (const struct watch *watch = check->watches; watch; watch = watch->next)
			engine->polls[engine->poll_count++] = (struct pollfd){
				.fd = watch->fd,
				.events = watch->want == WANT_READ ? POLLIN : POLLOUT,
			};
		if (deadline < wake_us)
			wake_us = deadline;
		if (check->starved && now_us + STARVED_RETRY_US < wake_us)
			wake_us = now_us + STARVED_RETRY_US;
		if (check->wake_us < wake_us)
			wake_us = check->wake_us;
	}
	return wake_us;
}

/* Tells the watches which of them poll found ready; true when one of the check's is. */
static bool
mark_ready(struct check *check, const struct pollfd **polled)
{
	bool any = false;

	for (struct watch *watch = check->watches; watch; watch = watch->next) {
		watch->ready = (*polled)++->revents != 0;
		any = any || watch->ready;
	}
	return any;
}

static void
dispatch(struct engine *engine)
{
	const struct pollfd *polled = engine->polls;
	int64_t now_us = clock_monotonic_us();

	for (size_t i = 0; i < engine->count; i++) {
		struct check *check = engine->active[i];

		if (mark_ready(check, &polled) || check->wake_us <= now_us)
			step(engine, check, check->kind->ready);
		if (!check->verdict.outcome && deadline_us(engine, check) <= now_us) {
			check_decide(check, OUTCOME_TIMED_OUT, (uint64_t)deadline_ms(engine, check),
				check_doing(check));
			check->elapsed_us = now_us - check->began_us;
			close_unwanted(engine, check);
		}
	}
}

/* Lets those that found no descriptor try again, in their order, until one finds none. */
static void
retry_starved(struct engine *engine)
{
	engine->closed = false;
	for (size_t i = 0; i < engine->count; i++) {
		struct check *check = engine->active[i];

		if (!check->starved)
			continue;
		step(engine, check, check->kind->ready);
		if (check->starved)
			return;
	}
}

static void
drop_decided(struct engine *engine)
{
	size_t kept = 0;

	for (size_t i = 0; i < engine->count; i++) {
		if (!engine->active[i]->verdict.outcome)
			engine->active[kept++] = engine->active[i];
	}
	engine->count = kept;
}

static bool
take_memory(struct engine *engine, const struct check *checks)
{
	struct arena *arena = &engine->run->arena;
	size_t count = 0;

	for (; checks; checks = checks->next)
		count++;
	engine->active = arena_take(arena, count * sizeof(*engine->active));
	engine->polls = arena_take(arena, count * CHECK_WATCHES * sizeof(*engine->polls));
	engine->run->buffer = arena_take(arena, RUN_BUFFER);
	return engine->active && engine->polls && engine->run->buffer;
}

bool
engine_run(struct check *checks, struct run *run, int64_t started_us, int64_t timeout_ms)
{
	struct engine engine = { .run = run, .started_us = started_us, .timeout_ms = timeout_ms };

	if (!take_memory(&engine, checks))
		return false;
	start_all(&engine, checks);
	for (;;) {
		int64_t wake_us;

		if (engine.closed)
			retry_starved(&engine);
		drop_decided(&engine);
		if (engine.count == 0)
			return true;
		wake_us = gather(&engine);
		/* descriptors can come free elsewhere, too: a quiet while is a reason to look */
		if (poll(engine.polls, engine.poll_count,
			    clock_wait_ms(wake_us)) == 0)
			engine.closed = true;
		dispatch(&engine);
	}
}
