package org.domicile.launcher;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;

/**
 * {@code run/endpoints.json}: what a running server tells commands. It is there from the moment
 * when the server is ready until it stops; a server that was killed leaves it behind, so its
 * process is looked for, by number and by when it began.
 *
 * @param pid of the server @param processStarted when its process began, in milliseconds since 1970
 * @param version of the program @param started when it was ready
 * @param zone where it stands; the S3 region
 * @param urls by listener
 * @param socket the admin API's Unix socket
 * @param keyPlaces where the key store lies @param rootKey the root key's file
 * @param firstCredential its file
 * @param firstSteps when the purpose of the first credential expires; 1970 once it has
 */
record Endpoints(
        long pid,
        long processStarted,
        String version,
        Instant started,
        String zone,
        Map<String, String> urls,
        Path socket,
        List<Path> keyPlaces,
        Path rootKey,
        Path firstCredential,
        Instant firstSteps) {

    /** Begin of a process, as the system tells it; 0 when it does not. */
    static long processStarted(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** The server on this folder, or a sentence about what to do. */
    static Endpoints on(Folder folder) {
        return running(folder)
                .orElseThrow(() ->
                        new Problem(
                                "no server runs on the data folder "
                                        + folder.path()
                                        + "; start one with ./domicile up, or name another folder"
                                        + " with --data"));
    }

    /** The server that runs on a folder; empty when none does. */
    static Optional<Endpoints> running(Folder folder) {
        return read(folder).filter(Endpoints::alive);
    }

    boolean alive() {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent()
                && process.get().isAlive()
                && processStarted(process.get()) == processStarted;
    }

    /** What the file says, whether that server lives or not. */
    static Optional<Endpoints> read(Folder folder) {
        try {
            byte[] text = Folder.contentIfThere(folder.endpoints());
            return text.length == 0 ? Optional.empty() : Optional.of(of(Json.object(text)));
        } catch (AccessDeniedException e) {
            throw new Problem(
                    "the data folder "
                            + folder.path()
                            + " belongs to another user; run the command as that user");
        } catch (IOException | IllegalArgumentException | java.time.DateTimeException e) {
            return Optional.empty(); // not whole: nobody who is ready wrote it
        }
    }

    private static Endpoints of(Json.Row told) {
        Map<String, String> urls = new LinkedHashMap<>();
        told.row("endpoints").fields().forEach((name, url) -> urls.put(name, String.valueOf(url)));
        Json.Row keys = told.row("keys");
        return new Endpoints(
                told.number("pid"),
                told.number("processStarted"),
                text(told, "version"),
                Instant.parse(text(told, "started")),
                text(told, "zone"),
                urls,
                Path.of(text(told, "socket")),
                keys.texts("places").stream().map(Path::of).toList(),
                Path.of(text(keys, "root")),
                Path.of(text(told, "firstCredential")),
                Instant.parse(text(told, "firstSteps")));
    }

    private static String text(Json.Row row, String name) {
        String value = row.text(name);
        if (value.isEmpty()) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    /** The same, with one listener more. */
    Endpoints with(String listener, String url) {
        Map<String, String> more = new LinkedHashMap<>(urls);
        more.put(listener, url);
        return new Endpoints(
                pid,
                processStarted,
                version,
                started,
                zone,
                more,
                socket,
                keyPlaces,
                rootKey,
                firstCredential,
                firstSteps);
    }

    /** URL of the S3 door; empty when it has no listener. */
    String s3() {
        return urls.getOrDefault("s3", "");
    }

    /**
     * The web listener.
     *
     * @param what is asked for there, as in "streams are"; the problem says so where there is none
     */
    URI web(String what) {
        String web = urls.getOrDefault("web", "");
        if (web.isEmpty()) {
            throw new Problem("the server has no web listener, and " + what + " served there");
        }
        return URI.create(web);
    }

    /** What it tells people and programs: no secret. */
    Json.Row row(Folder folder) {
        List<Object> places = new ArrayList<>();
        keyPlaces.forEach(place -> places.add(place.toString()));
        return Json.row(
                "pid",
                pid,
                "processStarted",
                processStarted,
                "version",
                version,
                "started",
                started,
                "zone",
                zone,
                "region",
                zone,
                "endpoints",
                new Json.Row(new LinkedHashMap<>(urls)),
                "socket",
                socket,
                "token",
                folder.token(),
                "keys",
                Json.row("places", places, "root", rootKey),
                "firstCredential",
                firstCredential,
                "firstSteps",
                firstSteps);
    }

    void write(Disk disk, Folder folder) throws IOException {
        Durable.replace(disk, folder.endpoints(), row(folder).file());
    }
}
