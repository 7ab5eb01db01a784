package org.domicile.launcher;

import java.io.IOException;
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
            return text.length == 0 ? Optional.empty() : Optional.of(of(Flat.read(text)));
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // not whole: nobody who is ready wrote it
        }
    }

    private static Endpoints of(Map<String, String> values) {
        Map<String, String> urls = new LinkedHashMap<>();
        List<Path> places = new ArrayList<>();
        values.forEach((key, value) -> {
            if (key.startsWith("endpoints.")) {
                urls.put(key.substring("endpoints.".length()), value);
            } else if (key.startsWith("keys.places.")) {
                places.add(Path.of(value));
            }
        });
        return new Endpoints(
                Long.parseLong(text(values, "pid")),
                Long.parseLong(text(values, "processStarted")),
                text(values, "version"),
                Instant.parse(text(values, "started")),
                text(values, "zone"),
                urls,
                Path.of(text(values, "socket")),
                places,
                Path.of(text(values, "keys.root")),
                Path.of(text(values, "firstCredential")),
                Instant.parse(text(values, "firstSteps")));
    }

    private static String text(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    /** What it tells people and programs: no secret. */
    Map<String, Object> object(Folder folder) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("places", keyPlaces.stream().map(Path::toString).toList());
        keys.put("root", rootKey.toString());
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("pid", pid);
        object.put("processStarted", processStarted);
        object.put("version", version);
        object.put("started", started);
        object.put("zone", zone);
        object.put("region", zone);
        object.put("endpoints", urls);
        object.put("socket", socket.toString());
        object.put("token", folder.token().toString());
        object.put("keys", keys);
        object.put("firstCredential", firstCredential.toString());
        object.put("firstSteps", firstSteps.toString());
        return object;
    }

    void write(Disk disk, Folder folder) throws IOException {
        Durable.replace(disk, folder.endpoints(), Flat.write(object(folder)));
    }
}
