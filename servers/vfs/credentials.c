/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX permission checks, see credentials.h. Pure functions of who asks and what the inode says. */
#include "credentials.h"

#include "inode.h"
#include "mode.h"

bool credentials_in_group(const struct credentials *who, uint32_t gid)
{
	if (who->gid == gid)
		return true;
	for (uint32_t i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return true;
	return false;
}

kn_status permission(const struct credentials *who, const struct inode *inode, uint32_t wanted)
{
	uint32_t mode = inode->mode;

	if (who->uid == 0) {
		if (!(wanted & MAY_EXECUTE) || (mode & MODE_TYPE) == MODE_DIRECTORY || (mode & 0111))
			return KN_OK;
		return KN_E_ACCESS;
	}
	if (who->uid == inode->uid)
		mode >>= 6;
	else if (credentials_in_group(who, inode->gid))
		mode >>= 3;
	return (wanted & ~mode & 7) ? KN_E_ACCESS : KN_OK;
}

kn_status permission_entry(
    const struct credentials *who, const struct inode *directory, const struct inode *victim)
{
	kn_status status = permission(who, directory, MAY_WRITE | MAY_EXECUTE);

	if (status != KN_OK || victim == nullptr || !(directory->mode & MODE_STICKY))
		return status;
	if (credentials_owns(who, victim->uid) || credentials_owns(who, directory->uid))
		return KN_OK;
	return KN_E_PERMISSION;
}
