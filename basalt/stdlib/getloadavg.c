/* SPDX-License-Identifier: BSD-2-Clause */
/* Load averages, from /proc/loadavg. */
#include "../internal.h"

#include <stdio.h>
#include <stdlib.h>

int getloadavg(double averages[], int count)
{
	double all[3];
	FILE *file = fopen("/proc/loadavg", "re");

	if (!file)
		return -1;
	int got = fscanf(file, "%lf %lf %lf", &all[0], &all[1], &all[2]);
	fclose(file);
	if (count > got)
		count = got;
	for (int i = 0; i < count; i++)
		averages[i] = all[i];
	return count > 0 ? count : -1;
}
