/* A suite of Criterion's, whose workers report to it through nanomsg. One of
   its tests fails and one crashes, to see that this is reported too. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

Test(plain, passes) { cr_assert_eq(1 + 1, 2); }
Test(plain, fails) { cr_assert_eq(1 + 1, 3, "as it should"); }
Test(plain, crashes) { raise(SIGSEGV); }
Test(plain, crashes_as_expected, .signal = SIGSEGV) { raise(SIGSEGV); }
Test(plain, exits, .exit_code = 3) { exit(3); }
Test(plain, skipped, .disabled = true) { cr_assert(0); }

Test(plain, library_is_loaded)
{
	char line[4096];
	int loaded = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (fgets(line, sizeof line, maps) != NULL)
		loaded = loaded || (strstr(line, getenv("LD_LIBRARY_PATH")) != NULL && strstr(line, "/libnanomsg.so") != NULL);
	fclose(maps);
	cr_assert(loaded);
}

Test(plain, many_assertions)
{
	for (int i = 0; i < 1000; i++)
		cr_expect(i >= 0);
}

ParameterizedTestParameters(many, squares)
{
	static int numbers[50];
	for (int i = 0; i < 50; i++)
		numbers[i] = i;
	return cr_make_param_array(int, numbers, 50);
}

ParameterizedTest(int *n, many, squares) { cr_assert(*n * *n >= *n); }
