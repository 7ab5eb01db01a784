/**
 * Measures what the program does, beside what this machine can do at this hour and what other
 * servers do with the same load.
 *
 * <p><b>Honest figures.</b> The load is a closed loop: a connection sends its next request when the
 * answer to the last one is there. A request counts when its answer has the right status, the right
 * length and, for a GET, begins with what was put; everything else is counted as failed and shown.
 * Every object has content of its own in each of its 4 KiB pages, so that nobody can deduplicate.
 * Servers that are compared take turns within one run, and a figure is the median of its rounds. At
 * a fixed rate the loop is open: a duration counts from when the request was due.
 *
 * <p><b>CPU.</b> On a busy machine a rate says little, CPU per request a good deal: servers run as
 * processes of their own, whose user and system time {@code /proc} tells; the client's own is
 * printed beside it.
 *
 * <p>What is started here ends here: child processes end with us, temporary folders are removed, on
 * Ctrl-C too.
 */
@NullMarked
package org.domicile.bench;

import org.jspecify.annotations.NullMarked;
