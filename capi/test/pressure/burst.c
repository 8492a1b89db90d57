/* Connects, sends 500 small messages and closes: burst ADDRESS. */
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char body[16];
	int s = nn_socket(AF_SP, NN_PUSH);
	if (argc != 2 || nn_connect(s, argv[1]) < 0)
		return 1;
	for (int n = 0; n < 500; n++)
		if (nn_send(s, body, sprintf(body, "%d", n), 0) < 0)
			return 2;
	return nn_close(s);
}
