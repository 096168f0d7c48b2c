#include "content.h"

bool
content_prepare(struct content *content, const char *what, struct arena *arena)
{
	struct slice text = content->text;
	size_t matched = 0;

	content->what = what;
	content->fallback = arena_take(arena, text.length * sizeof(*content->fallback));
	for (size_t i = 1; i < text.length && content->fallback; i++) {
		while (matched > 0 && text.bytes[i] != text.bytes[matched])
			matched = content->fallback[matched - 1];
		matched += text.bytes[i] == text.bytes[matched];
		content->fallback[i] = (uint16_t)matched;
	}
	return content->fallback;
}

void
content_open(struct content *content)
{
	content->matched = 0;
	content->seen = 0;
}

bool
content_feed(struct content *content, struct check *check, struct slice piece)
{
	const char *text = content->text.bytes;

	for (size_t i = 0; i < piece.length; i++) {
		if (content->seen++ == CONTENT_LIMIT) {
			check_decide(check, OUTCOME_CONTENT_TOO_LONG, content->what, content->text);
			return false;
		}
		while (content->matched > 0 && piece.bytes[i] != text[content->matched])
			content->matched = content->fallback[content->matched - 1];
		if (piece.bytes[i] == text[content->matched] &&
			++content->matched == content->text.length)
			return true;
	}
	return false;
}

void
content_end(struct content *content, struct check *check)
{
	check_decide(check, OUTCOME_CONTAINS_NOT, content->what, content->text);
}
