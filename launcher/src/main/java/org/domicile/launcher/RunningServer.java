package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The server that runs on a data folder, as its {@code run/endpoints.json} tells commands. A server
 * that was killed leaves the file behind, so its process is looked for, by number and by when it
 * began.
 *
 * @param socket the admin API
 * @param token file with what the admin API's callers show
 * @param s3 URL of the S3 door; empty when it has none
 * @param region what S3 clients call its zone
 * @param firstCredential file of the first credential; empty when not told
 */
record RunningServer(Path socket, Path token, String s3, String region, String firstCredential) {
    /** The server on this folder, or a sentence about what to do. */
    static RunningServer on(Path folder) {
        return find(folder)
                .orElseThrow(() ->
                        new Problem(
                                "no server is running on this data folder ("
                                        + folder
                                        + "); start it with ./domicile up, or name another"
                                        + " folder with --data"));
    }

    /** The server on this folder, if one lives. */
    static Optional<RunningServer> find(Path folder) {
        Path run = folder.resolve("run");
        Json.Row told;
        try {
            told = Json.object(Files.readAllBytes(run.resolve("endpoints.json")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (java.nio.file.AccessDeniedException e) {
            throw new Problem(
                    "the data folder "
                            + folder
                            + " belongs to another user; run the command as that user");
        } catch (IOException e) {
            return Optional.empty(); // not whole: nobody who is ready wrote it
        }
        if (!lives(told.number("pid"), told.number("processStarted"))) {
            return Optional.empty();
        }
        String socket = told.text("socket");
        String region = told.text("region");
        return Optional.of(
                new RunningServer(
                        socket.isEmpty() ? run.resolve("admin.sock") : Path.of(socket),
                        run.resolve("admin.token"),
                        told.row("endpoints").text("s3"),
                        region.isEmpty() ? "home" : region,
                        told.text("firstCredential")));
    }

    private static boolean lives(long pid, long began) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent()
                && process.get().isAlive()
                && (began == 0 || began == began(process.get()));
    }

    /** When a process began, in milliseconds since 1970; 0 when the system does not tell. */
    static long began(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
