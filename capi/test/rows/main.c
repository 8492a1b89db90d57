/* rows -l lists the rows, rows NAME runs one, rows -m says which library runs. */
#include "row.h"

#include <signal.h>

static struct row *rows;

/* The list keeps the order of the names, whatever order files are linked in. */
void row_add(struct row *r)
{
	struct row **at = &rows;
	while (*at != NULL && (strcmp((*at)->section, r->section) < 0 ||
			       (strcmp((*at)->section, r->section) == 0 && strcmp((*at)->name, r->name) < 0)))
		at = &(*at)->next;
	r->next = *at;
	*at = r;
}

static int members(const struct row *r) { return r->label == NULL ? 1 : r->count; }

static void full_name(char *name, size_t len, const struct row *r, int i)
{
	if (r->label == NULL)
		snprintf(name, len, "%s", r->name);
	else
		snprintf(name, len, "%s:%s", r->name, r->label(i));
}

static int list(void)
{
	char name[200];
	for (const struct row *r = rows; r != NULL; r = r->next)
		for (int i = 0; i < members(r); i++) {
			full_name(name, sizeof name, r, i);
			printf("%s %s\n", r->section, name);
		}
	return 0;
}

static int run(const char *wanted)
{
	char name[200];
	for (const struct row *r = rows; r != NULL; r = r->next)
		for (int i = 0; i < members(r); i++) {
			full_name(name, sizeof name, r, i);
			if (strcmp(name, wanted) == 0) {
				r->run(i);
				return 0;
			}
		}
	fprintf(stderr, "rows: no row is called %s\n", wanted);
	return 2;
}

static int library(void)
{
	char line[4096];
	FILE *maps = fopen("/proc/self/maps", "r");
	nn_errno();
	while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
		if (strstr(line, "libnanomsg") != NULL) {
			fputs(strchr(line, '/'), stdout);
			return 0;
		}
	return 1;
}

int main(int argc, char **argv)
{
	/* Whoever runs the tests may ignore signals, as nohup does. */
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	/* What was said before a crash is seen. */
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return list();
	if (argc == 2 && strcmp(argv[1], "-m") == 0)
		return library();
	if (argc == 2)
		return run(argv[1]);
	fprintf(stderr, "usage: rows -l | -m | NAME\n");
	return 2;
}
