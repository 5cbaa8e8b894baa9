/*
 * The shared memory of the launcher and its visits: a slot for each visit, and
 * the databases whose policies have changed.  For C files of the shim only;
 * C++ sees what workers.h offers.
 */
#pragma once

#include "shim/workers.h"

/* At server start: asks for the memory. */
extern void pgs_board_define(void);

/* The launcher that calls is the one to be woken from now on, until it exits. */
extern void pgs_board_take_over(void);

/* A free slot for a visit of the database, or -1. */
extern int	pgs_board_reserve(uint32_t database);
/* Gives the slot back; true when the visit has published a result. */
extern bool pgs_board_release(int slot, PgsVisitResult *result);

/* A visit finds its slot; returns the database to go to. */
extern uint32_t pgs_board_begin_visit(int slot);
