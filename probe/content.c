#include <string.h>

#include "content.h"

bool
needle_make(struct needle *needle, struct slice text, struct arena *arena)
{
	size_t matched = 0;

	needle->text = text;
	if (text.length == 0)
		return true;
	needle->fallback = arena_take(arena, text.length * sizeof(*needle->fallback));
	if (!needle->fallback)
		return false;
	needle->fallback[0] = 0;
	for (size_t i = 1; i < text.length; i++) {
		while (matched > 0 && text.bytes[i] != text.bytes[matched])
			matched = needle->fallback[matched - 1];
		if (text.bytes[i] == text.bytes[matched])
			matched++;
		needle->fallback[i] = (uint16_t)matched;
	}
	return true;
}

/* whether the text ends somewhere in the piece */
static bool
search(struct content *content, const struct needle *needle, struct slice piece)
{
	const char *text = needle->text.bytes;
	size_t matched = content->matched;

	for (size_t i = 0; i < piece.length; i++) {
		if (matched == 0) {
			i += slice_find(slice_after(piece, i), text[0]);
			if (i == piece.length)
				break;
		}
		while (matched > 0 && piece.bytes[i] != text[matched])
			matched = needle->fallback[matched - 1];
		if (piece.bytes[i] == text[matched] && ++matched == needle->text.length)
			return true;
	}
	content->matched = matched;
	return false;
}

enum content_state
content_feed(struct content *content, const struct needle *needle, struct slice piece)
{
	size_t left = CONTENT_LIMIT - content->seen;
	bool over = piece.length > left;

	if (over)
		piece.length = left;
	content->seen += piece.length;
	if (search(content, needle, piece))
		return CONTENT_FOUND;
	return over ? CONTENT_TOO_LONG : CONTENT_MORE;
}
