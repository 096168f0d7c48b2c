#include <string.h>

#include "expand.h"

extern char **environ;

bool
expand_variable(struct slice name, struct slice *value)
{
	for (char **entry = environ; entry && *entry; entry++) {
		if (strncmp(*entry, name.bytes, name.length) == 0 && (*entry)[name.length] == '=') {
			*value = slice_of(*entry + name.length + 1);
			return true;
		}
	}
	return false;
}

static size_t
name_length(struct slice in)
{
	size_t length = 0;

	for (; length < in.length; length++) {
		char c = in.bytes[length], letter = (char)(c | 0x20);

		if (!((letter >= 'a' && letter <= 'z') || c == '_' ||
			    (length > 0 && c >= '0' && c <= '9')))
			break;
	}
	return length;
}

static bool
malformed(struct slice in, struct error *error)
{
	struct text *words = error_begin(error);
	size_t end = slice_find(in, '}');

	if (slice_starts(in, SLICE("${file:"))) {
		text_string(words, "${file:PATH} is not supported by this version");
		return false;
	}
	text_string(words, "accepted are ${NAME}, ${NAME:-text} and $$ for a dollar sign, got ");
	text_quoted(words, slice_first(in, end < in.length ? end + 1 : in.length));
	return false;
}

bool
expand(struct slice in, struct text *out, struct error *error)
{
	while (in.length > 0) {
		size_t plain = slice_find(in, '$');
		struct slice name, value = { "", 0 }, fallback = { "", 0 };
		bool has_fallback, set;

		text_slice(out, slice_first(in, plain));
		in = slice_after(in, plain);
		if (in.length == 0)
			break;
		if (in.length == 1 || in.bytes[1] != '{') {
			text_char(out, '$');
			in = slice_after(in, in.length > 1 && in.bytes[1] == '$' ? 2 : 1);
			continue;
		}
		name = slice_after(in, 2);
		name.length = name_length(name);
		has_fallback = slice_starts(slice_after(in, 2 + name.length), SLICE(":-"));
		if (has_fallback) {
			fallback = slice_after(in, 4 + name.length);
			fallback.length = slice_find(fallback, '}');
		}
		plain = 2 + name.length + (has_fallback ? 2 + fallback.length : 0);
		if (name.length == 0 || plain >= in.length || in.bytes[plain] != '}')
			return malformed(in, error);
		set = expand_variable(name, &value);
		if (!set && !has_fallback) {
			struct text *words = error_begin(error);

			text_string(words, "the variable ");
			text_escaped(words, name);
			text_string(words, " is not set, ${");
			text_escaped(words, name);
			text_string(words, ":-text} would give it a default");
			return false;
		}
		text_slice(out, has_fallback && value.length == 0 ? fallback : value);
		in = slice_after(in, plain + 1);
	}
	return true;
}
