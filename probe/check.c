#include <errno.h>
#include <sys/socket.h>

#include "check.h"

extern const struct check_kind check_http, check_tcp, check_file;

const struct check_kind *const check_kinds[] = {
	&check_http,
	&check_tcp,
	&check_file,
	NULL,
};

const struct check_kind *
check_kind_named(struct slice name)
{
	const struct check_kind *const *kind = check_kinds;

	while (*kind && !slice_equal(name, slice_of((*kind)->name)))
		kind++;
	return *kind;
}

void
check_watch(struct check *check, struct watch *watch, int fd)
{
	*watch = (struct watch){ .next = check->watches, .open = true, .fd = fd };
	check->watches = watch;
}

bool
check_socket(struct check *check, struct watch *watch, int family, int type)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		check->starved = errno == EMFILE || errno == ENFILE;
		return false;
	}
	check_watch(check, watch, fd);
	return true;
}

void
check_decide(struct check *check, struct verdict verdict)
{
	check->verdict = verdict;
}

struct text
check_text(struct check *check, size_t limit)
{
	struct text text = text_open(&check->run->arena);

	if (text.capacity > limit)
		text.capacity = limit;
	return text;
}

struct slice
check_keep(struct check *check, struct text *text)
{
	if (text->capacity == 0)
		return SLICE("(out of memory)");
	if (text->cut && text->length >= 3) {
		text->length -= 3;
		while (text->length > 0 && (text->bytes[text->length - 1] & 0x80))
			text->length--; /* rather than half a character */
		text_string(text, "...");
	}
	return text_keep(&check->run->arena, text);
}

static struct slice
doing(struct check *check)
{
	struct text text = check_text(check, 3 * (size_t)TEXT_SHOWN);

	check->kind->doing(check, &text);
	if (check->starved)
		text_string(&text, " (no free descriptor)");
	return check_keep(check, &text);
}

void
check_time_out(struct check *check, int64_t deadline_ms)
{
	check_decide(check, (struct verdict){
		.outcome = OUTCOME_TIMED_OUT,
		.numbers = { (uint64_t)deadline_ms },
		.texts = { doing(check) },
	});
}

void
check_fail_errno(struct check *check, int number)
{
	struct text text = check_text(check, TEXT_SHOWN);
	struct slice error;

	verdict_errno(&text, number);
	error = check_keep(check, &text);
	check_decide(check, (struct verdict){
		.outcome = OUTCOME_ERRNO,
		.texts = { error, doing(check) },
	});
}

void
check_fail_closed(struct check *check)
{
	check_decide(check, (struct verdict){
		.outcome = OUTCOME_CLOSED,
		.texts = { { "", 0 }, doing(check) },
	});
}
