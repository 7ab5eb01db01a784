/**
 * The program: configuration, wiring, commands.
 *
 * <p><b>Two processes.</b> The <i>server</i> ({@code domicile serve}, which {@code up} starts)
 * opens one data folder and all that lies in it. A <i>command</i> reaches a running server only
 * through the admin API on its Unix socket, or reads files that are meant to be read without it
 * ({@code ledger verify}, {@code ledger check}).
 *
 * <p><b>The data folder</b> (mode 700):
 *
 * <pre>
 *   format                 the folder's format, a number; a newer one is refused
 *   lock                   held by the one process that has the folder open
 *   keyspace/ blobs/       the substrate
 *   ledger/                static files of every log
 *   log/server.log         one JSON line for each failure; rotated
 *   log/serve.out          what a server says outside of its log: a start that failed, a crash of Java
 *   backup.lock            held by who copies a backup, and
 *   hold/                  what stands still for it meanwhile: links, and the ends of the logs
 *   restoring              there while a restore is not finished: such a folder does not start
 *   restored               there until the first start after a restore is ready
 *   run/admin.sock         the admin API (mode 600)
 *   run/admin.token        what its callers show (mode 600), new at each start
 *   run/endpoints.json     pid, endpoints, region and where keys lie (mode 600), while it runs
 * </pre>
 *
 * <p>Keys and the first credential lie outside of it, in the folder that {@code keys.places} names
 * first: {@code root.key}, the store, {@code first.credential} (mode 600).
 *
 * <p><b>Exit codes.</b> 0 it is done; 1 it could not be done (one sentence on standard error says
 * why and what to do); 2 the command was not understood.
 */
@NullMarked
package org.domicile.launcher;

import org.jspecify.annotations.NullMarked;
