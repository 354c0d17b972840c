# SPDX-License-Identifier: BSD-2-Clause
"""gdb's command `threads` (scripts/gdb.py loads it): every thread of the system, as the kernel sees it.

A thread is found by its capability, so the walk goes over the derivation tree (kernite/object/derivation.c says how it is linked).
"""
import gdb

SLOT_ORPHANED = 2  # kernite/object/object.h; gdb sees no macros


def fetched(pointer):
    """What it points to, read at once: a field at a time is a packet each."""
    value = pointer.dereference()
    value.fetch_lazy()
    return value


def has_children(slot):
    return not int(slot["cap"]["flags"]) & SLOT_ORPHANED and int(slot["child"]) != 0


def capabilities():
    """Of the whole system, each parent before its children."""
    root = pointer = gdb.parse_and_eval("&derivation_root")
    slot = fetched(pointer)
    while True:
        if has_children(slot):
            pointer = slot["child"]
        else:
            while pointer != root:
                following = fetched(slot["next"])
                if not (has_children(following) and following["last"] == pointer):
                    break
                pointer, slot = slot["next"], following
            if pointer == root:
                return
            pointer = slot["next"]
        slot = fetched(pointer)
        yield slot["cap"]


def described(thread):
    state = str(thread["state"]).removeprefix("THREAD_")
    if state == "WAITING_REPLY" and int(thread["reply"]["receiver"]):
        state += " of " + thread["reply"]["receiver"]["name"].string()
    return (f"{thread['name'].string() or '?':16} priority {int(thread['priority']):3} cpu {int(thread['cpu'])} "
            f"{int(thread['kernel_entries']):9} entries  {state}")


class Threads(gdb.Command):
    """Every thread of the system: address, name, priority, the CPU it ran on last, kernel entries, state."""

    def __init__(self):
        super().__init__("threads", gdb.COMMAND_STATUS)

    def invoke(self, _argument, _is_from_terminal):
        tcb = gdb.lookup_type("struct tcb")
        offset = next(field.bitpos // 8 for field in tcb.fields() if field.name == "object")
        try:
            found = {int(cap["object"]) - offset for cap in capabilities() if str(cap["type"]) == "KN_TYPE_TCB"}
        except gdb.MemoryError as error:
            raise gdb.GdbError("the kernel's memory is not visible while a program runs here: stop in the kernel first") from error
        for address in sorted(found):
            print(f"{address:#x} {described(gdb.Value(address).cast(tcb.pointer()))}")


Threads()
