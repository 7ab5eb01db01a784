/**
 * Walls around a child process, made by the operating system: what the child and everything that
 * runs in it can reach is decided before its first instruction.
 *
 * <p><b>From outside</b> ({@link org.domicile.walls.Walls#start}). A platform thread that is used
 * for nothing else takes from itself, in this order, its capabilities, the right to gain any
 * ({@code no_new_privs}), the file system but for what is named (Landlock, with TCP, abstract
 * sockets and signals where the kernel knows them), and system calls that a computing process does
 * not need (seccomp), and starts the child. The child inherits all of it; no other thread of the
 * program is touched. If any of it cannot be done, nothing is started.
 *
 * <p><b>From inside</b> ({@link org.domicile.walls.Walls#complete}). What a Java process needs to
 * start it does not need later: it gives up new processes, other programs, signals to others, core
 * dumps and big files, for all of its threads, before it does anything that somebody else asked
 * for; one that may connect also bounds how many files and sockets it has open, so that whoever
 * listens there has connections for others. Then it tries each wall ({@link
 * org.domicile.walls.Walls#tried}), and whoever started it judges what it says of that ({@link
 * org.domicile.walls.Walls.Tried}).
 *
 * <p><b>Java processes</b> ({@link org.domicile.walls.JavaChild}). What all workers that run on
 * Java have in common: how they are started, waited for, heard and ended, and which classes of this
 * program they are given ({@link org.domicile.walls.OwnClasses}).
 *
 * <p><b>What they do not do.</b> They bound no memory (the engine's own limit does, and {@code
 * oom_score_adj}, by which the kernel takes the child first) and no time (who started it kills it).
 * The list of system calls is one of refusals: it takes away ways out, it does not prove that there
 * is no other; Landlock and the missing capabilities stand behind it.
 *
 * <p>Linux on x86-64 and AArch64, with Landlock of version 3 or later (Linux 6.2). Sources:
 * landlock(7), seccomp(2), capset(2), the kernel's tables of system calls.
 */
@NullMarked
package org.domicile.walls;

import org.jspecify.annotations.NullMarked;
