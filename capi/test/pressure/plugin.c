/* Loads the library with dlopen, as plug-ins do, uses it, closes it, and does so
   again. */
#include <dlfcn.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(const char *what, int good)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, dlerror());
	exit(1);
}

#define FIND(name) __typeof__(nn_##name) *name = (__typeof__(nn_##name) *) dlsym(lib, "nn_" #name)

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "libnanomsg.so.5";
	for (int n = 0; n < 3; n++) {
		void *lib = dlopen(path, n % 2 ? RTLD_NOW | RTLD_GLOBAL : RTLD_LAZY | RTLD_LOCAL);
		must("dlopen", lib != NULL);
		FIND(socket);
		FIND(bind);
		FIND(connect);
		FIND(send);
		FIND(recv);
		FIND(close);
		must("dlsym", socket && bind && connect && send && recv && close);
		char got[8] = "";
		int a = socket(AF_SP, NN_PAIR), b = socket(AF_SP, NN_PAIR);
		must("bind", bind(a, "inproc://plugin") >= 0 && connect(b, "inproc://plugin") >= 0);
		must("send", send(a, "hello", 5, 0) == 5);
		must("recv", recv(b, got, sizeof got, 0) == 5 && strcmp(got, "hello") == 0);
		must("close", close(a) == 0 && close(b) == 0);
		must("dlclose", dlclose(lib) == 0);
		printf("round %d\n", n);
	}
	return 0;
}
