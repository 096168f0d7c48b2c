#include "content.h"
#include "guard.h"
#include "unit.h"

static struct run run;
static struct check check;

/* ready to look for text */
static struct content
looking_for(struct slice text)
{
	struct content content = { .text = text };

	run.arena = unit_arena();
	check = (struct check){ .run = &run };
	assert_true(content_prepare(&content, "the thing", &run.arena));
	content_open(&content);
	return content;
}

/* Where in all the text ends, fed in pieces of that size; SIZE_MAX: not found. */
static size_t
found_at(struct guard *guard, struct content *content, struct slice all, size_t piece)
{
	size_t at = 0;

	content_open(content);
	while (at < all.length) {
		size_t length = all.length - at < piece ? all.length - at : piece;
		struct slice next = guard_copy(guard, slice_first(slice_after(all, at), length));

		at += length;
		if (content_feed(content, &check, next))
			return at;
		assert_int_equal(check.verdict.outcome, OUTCOME_NONE);
	}
	return SIZE_MAX;
}

static void
finds(void **state)
{
	static const struct {
		int line;
		struct slice content, text;
		size_t end; /* of the first occurrence; 0: there is none */
	} rows[] = {
		{ __LINE__, BYTES("+PONG\r\n"), BYTES("+PONG"), 5 },
		{ __LINE__, BYTES("say +PONG"), BYTES("+PONG"), 9 },
		{ __LINE__, BYTES("x"), BYTES("x"), 1 },
		{ __LINE__, BYTES("aaab"), BYTES("aab"), 4 },
		{ __LINE__, BYTES("aaaab"), BYTES("aab"), 5 },
		{ __LINE__, BYTES("aaaaaaaaaa"), BYTES("aaaa"), 4 },
		{ __LINE__, BYTES("aaabaaabaaaab"), BYTES("aaaab"), 13 },
		{ __LINE__, BYTES("ababababca"), BYTES("abababca"), 10 },
		{ __LINE__, BYTES("abcabcabd"), BYTES("abcabd"), 9 },
		{ __LINE__, BYTES("abacabab abacababd"), BYTES("abacababd"), 18 },
		{ __LINE__, BYTES("ABC ABCDAB ABCDABCDABDE"), BYTES("ABCDABD"), 22 },
		{ __LINE__, BYTES("aabaabaaab"), BYTES("aabaaab"), 10 },
		{ __LINE__, BYTES("a\0b\0\0c"), BYTES("\0\0c"), 6 },
		{ __LINE__, BYTES("\xff\xfe\xff\xff\xfe"), BYTES("\xff\xff\xfe"), 5 },
		{ __LINE__, BYTES("gr\xc3\xbc\xc3\x9f"), BYTES("\xc3\x9f"), 6 },
		{ __LINE__, BYTES("aab"), BYTES("aaab"), 0 },
		{ __LINE__, BYTES("abcab"), BYTES("abcabd"), 0 },
		{ __LINE__, BYTES("pong"), BYTES("PONG"), 0 },
		{ __LINE__, BYTES("abab"), BYTES("abb"), 0 },
		{ __LINE__, BYTES(""), BYTES("x"), 0 },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct content content = looking_for(rows[i].text);
		struct slice all = rows[i].content;

		row_equal(rows[i].line, found_at(&guard, &content, all, 1),
			rows[i].end ? rows[i].end : SIZE_MAX);
		for (size_t piece = 2; piece <= all.length; piece++) {
			size_t end = (rows[i].end + piece - 1) / piece * piece;

			if (end > all.length)
				end = all.length;
			row_equal(rows[i].line, found_at(&guard, &content, all, piece),
				rows[i].end ? end : SIZE_MAX);
		}
	}
	guard_close(&guard);
}

static void
two_pieces(void **state)
{
	struct slice all = SLICE("aabaaabaab aabaaabaabaaa");
	struct content content = looking_for(SLICE("aabaaabaabaaa"));

	(void)state;
	for (size_t split = 0; split <= all.length; split++) {
		bool found;

		content_open(&content);
		found = content_feed(&content, &check, slice_first(all, split));
		assert_int_equal(found, split == all.length);
		if (!found)
			assert_true(content_feed(&content, &check, slice_after(all, split)));
	}
	assert_int_equal(check.verdict.outcome, OUTCOME_NONE);
}

/* against a search that is too simple to be wrong */
static void
all_short_words(void **state)
{
	char text[6], word[11];
	struct guard guard;

	(void)state;
	guard_open(&guard, 16);
	for (unsigned bits = 2; bits < 1 << 6; bits++) {
		struct content content;
		size_t length = 0;

		for (unsigned left = bits; left > 1; left >>= 1)
			text[length++] = left & 1 ? 'b' : 'a';
		text[length] = '\0';
		content = looking_for(slice_of(text));
		for (unsigned letters = 0; letters < 1 << 10; letters++) {
			const char *wanted;

			for (unsigned i = 0; i < 10; i++)
				word[i] = letters >> i & 1 ? 'b' : 'a';
			word[10] = '\0';
			wanted = strstr(word, text);
			if (found_at(&guard, &content, slice_of(word), 1) !=
				(wanted ? (size_t)(wanted - word) + length : SIZE_MAX))
				fail_msg("%s in %s", text, word);
		}
	}
	guard_close(&guard);
}

#define NOT_THERE "the thing does not contain \"end\""
#define TOO_LONG "the thing is larger than 64 KiB, its first 64 KiB do not contain \"end\""

static void
limit(void **state)
{
	static const struct {
		int line;
		size_t start; /* of the text "end" */
		size_t total;
		const char *words; /* of the verdict; NULL: found */
	} rows[] = {
		{ __LINE__, CONTENT_LIMIT - 3, CONTENT_LIMIT, NULL },
		{ __LINE__, CONTENT_LIMIT - 3, CONTENT_LIMIT + 100, NULL },
		{ __LINE__, CONTENT_LIMIT - 2, CONTENT_LIMIT + 1, TOO_LONG },
		{ __LINE__, CONTENT_LIMIT, CONTENT_LIMIT + 3, TOO_LONG },
		{ __LINE__, SIZE_MAX, 0, NOT_THERE },
		{ __LINE__, SIZE_MAX, CONTENT_LIMIT - 1, NOT_THERE },
		{ __LINE__, SIZE_MAX, CONTENT_LIMIT, NOT_THERE },
		{ __LINE__, SIZE_MAX, CONTENT_LIMIT + 1, TOO_LONG },
	};
	static const size_t pieces[] = { 1, 7, 4096, 65535, 65536, SIZE_MAX };
	static char all[2 * CONTENT_LIMIT];

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(pieces); i++) {
		size_t row = i / COUNT(pieces), piece = pieces[i % COUNT(pieces)];
		struct slice left = { all, rows[row].total };
		struct content content = looking_for(SLICE("end"));
		bool found = false;

		memset(all, '.', sizeof(all));
		if (rows[row].start < left.length)
			memcpy(all + rows[row].start, "end", 3);
		while (left.length > 0 && !found && !check.verdict.outcome) {
			size_t length = left.length < piece ? left.length : piece;

			found = content_feed(&content, &check, slice_first(left, length));
			left = slice_after(left, length);
		}
		row_equal(rows[row].line, found, !rows[row].words);
		if (found)
			continue;
		if (!check.verdict.outcome)
			content_end(&content, &check);
		row_slice(rows[row].line, check.verdict.words, slice_of(rows[row].words));
	}
}

static void
prepares(void **state)
{
	_Alignas(max_align_t) char memory[64];
	struct arena arena = { memory, memory + sizeof(memory) };
	struct content content = { .text = SLICE("") };

	(void)state;
	assert_true(content_prepare(&content, "it", &arena));
	content.text = SLICE("0123456789abcdef");
	assert_true(content_prepare(&content, "it", &arena));
	content.text = SLICE("0123456789abcdef0");
	assert_false(content_prepare(&content, "it", &arena));

	/* the longest that a configuration can hold */
	arena = unit_arena();
	content.text = unit_repeat(&arena, 'a', 8192);
	assert_true(content_prepare(&content, "it", &arena));
	assert_int_equal(content.fallback[8191], 8191);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(two_pieces),
		cmocka_unit_test(all_short_words),
		cmocka_unit_test(limit),
		cmocka_unit_test(prepares),
	};

	return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
