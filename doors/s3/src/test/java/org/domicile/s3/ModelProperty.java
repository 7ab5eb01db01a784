package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.domicile.objects.Bucket.Versioning;
import org.domicile.objects.Buckets;
import org.domicile.objects.Lock;
import org.domicile.objects.ObjectsModel;
import org.domicile.objects.ObjectsModel.Item;
import org.domicile.objects.ObjectsModel.Outcome;
import org.domicile.objects.ObjectsModel.Shown;
import org.domicile.objects.ObjectsModel.When;
import org.domicile.objects.Version;

/**
 * An input is a program of requests to one bucket, each a byte with operands behind it. The door's
 * answers are those of the model: status, version, ETag, bytes, names.
 */
final class ModelProperty {
    private static final String[] NAMES = {"a", "a/b", "a/c", "\u00e9+ %"};
    private static final byte[] NOTHING = {};
    private static final String OTHER = "0123456789abcdef0123456789abcdef";

    /** What the memory of an installation holds of uses grows: it is left behind after so many. */
    private static final int REQUESTS_EACH = 20_000;

    private static final int MOST_STEPS = 32;

    /** Owned by the thread that checks, as the parsers are. */
    private static ModelProperty running = open();

    private final Installation installation;
    private final Client client;
    private int requests;
    private int buckets;

    // one input's
    private String bucket = "";
    private Versioning versioning = Versioning.UNVERSIONED;
    private ObjectsModel model = new ObjectsModel();
    private final List<String> ids = new ArrayList<>();
    private byte[] program = NOTHING;
    private int at;

    private ModelProperty(Installation installation, Client client) {
        this.installation = installation;
        this.client = client;
    }

    private static ModelProperty open() {
        try {
            Installation installation =
                    new Installation(Files.createTempDirectory("domicile-model"));
            return new ModelProperty(installation, installation.client());
        } catch (IOException e) {
            throw new IllegalStateException("no installation", e);
        }
    }

    static FuzzTarget.Outcome check(byte[] input) throws IOException {
        if (running.requests > REQUESTS_EACH) {
            running.client.close();
            running.installation.close();
            running = open();
        }
        return running.play(input);
    }

    private FuzzTarget.Outcome play(byte[] input) throws IOException {
        bucket = "model-" + buckets++;
        versioning = Versioning.UNVERSIONED;
        model = new ObjectsModel();
        ids.clear();
        ids.add(ObjectsModel.NULL);
        program = input;
        at = 0;
        model.createBucket(bucket);
        status(200, send("PUT", "", NOTHING));
        int steps = 0;
        while (at < program.length && steps < MOST_STEPS) {
            step();
            steps++;
        }
        clear();
        return steps == 0 ? FuzzTarget.Outcome.REFUSED : FuzzTarget.Outcome.ACCEPTED;
    }

    private int next() {
        return at < program.length ? program[at++] & 0xff : 0;
    }

    private String name() {
        return NAMES[next() % NAMES.length];
    }

    private String id() {
        return ids.get(next() % ids.size());
    }

    private static String path(String name) {
        return "/" + Percent.encode(name);
    }

    private Client.Reply send(String method, String target, byte[] body, String... fields)
            throws IOException {
        requests++;
        return client.call(method, "/" + bucket + target, body, fields);
    }

    private void status(int expected, Client.Reply reply) {
        assertEquals(
                expected,
                reply.status(),
                () -> "at byte " + at + " of " + HexFormat.of().formatHex(program) + reply.text());
    }

    private void step() throws IOException {
        switch (next() % 12) {
            case 0, 1 -> put(name());
            case 2 -> get("GET", name());
            case 3 -> get("HEAD", name());
            case 4 -> delete(name());
            case 5 -> version(name(), id());
            case 6 -> deleteVersion(name(), id());
            case 7 -> copy(name(), name());
            case 8 -> list();
            case 9 -> listVersions();
            case 10 -> setVersioning();
            default -> range(name());
        }
    }

    // ---- writes -------------------------------------------------------------------------------

    /** What must hold, as a header says it; the header is empty for nothing. */
    private record Condition(When when, String header) {}

    private Condition condition(String name) {
        String etag =
                model.version(bucket, name, Optional.empty())
                        .map(Shown::item)
                        .map(Item::etag)
                        .filter(each -> !each.isEmpty())
                        .orElse(OTHER);
        return switch (next() % 6) {
            case 1 -> new Condition(new When.Absent(), "If-None-Match: *");
            case 2 -> new Condition(new When.Present(), "If-Match: *");
            case 3 -> new Condition(new When.Etag(etag), "If-Match: \"" + etag + "\"");
            case 4 -> new Condition(new When.Etag(OTHER), "If-Match: " + OTHER);
            default -> new Condition(new When.Any(), "");
        };
    }

    private static String[] fields(String... fields) {
        return Arrays.stream(fields).filter(each -> !each.isEmpty()).toArray(String[]::new);
    }

    private static String etag(byte[] body) {
        return HexFormat.of().formatHex(Signer.digest("MD5", body));
    }

    private void put(String name) throws IOException {
        byte[] body = new byte[next()];
        Arrays.fill(body, (byte) next());
        Condition condition = condition(name);
        Client.Reply reply = send("PUT", path(name), body, fields(condition.header()));
        written(
                reply,
                model.put(bucket, name, body, etag(body), "", condition.when(), made(reply)),
                etag(body));
    }

    private void copy(String from, String to) throws IOException {
        Optional<Item> source = model.version(bucket, from, Optional.empty()).map(Shown::item);
        Condition condition = condition(to);
        Client.Reply reply =
                send(
                        "PUT",
                        path(to),
                        NOTHING,
                        fields(
                                "x-amz-copy-source: /" + bucket + path(from),
                                "x-amz-metadata-directive: REPLACE",
                                condition.header()));
        if (source.isEmpty() || source.get().kind() == Version.Kind.DELETE_MARKER) {
            status(404, reply);
            return;
        }
        byte[] body = source.get().body();
        written(
                reply,
                model.put(bucket, to, body, etag(body), "", condition.when(), made(reply)),
                etag(body));
    }

    private String made(Client.Reply reply) {
        String id = reply.field("x-amz-version-id");
        return id.isEmpty() ? ObjectsModel.NULL : id;
    }

    private void written(Client.Reply reply, Outcome outcome, String etag) {
        switch (outcome) {
            case Outcome.Stored(String id) -> {
                status(200, reply);
                String shown = reply.field("etag") + reply.element("ETag");
                assertEquals("\"" + etag + "\"", shown);
                String said = versioning == Versioning.ENABLED ? id : "";
                assertEquals(said, reply.field("x-amz-version-id"));
                know(id);
            }
            case Outcome.ConditionFailed() -> status(412, reply);
            case Outcome.NoSuchName() -> status(404, reply);
            default -> throw new AssertionError("no outcome of a write: " + outcome);
        }
    }

    private void know(String id) {
        if (!ids.contains(id)) {
            ids.add(id);
        }
    }

    private void delete(String name) throws IOException {
        Condition condition = condition(name);
        if (condition.when() instanceof When.Absent) {
            return; // If-None-Match is none of a delete's
        }
        Client.Reply reply = send("DELETE", path(name), NOTHING, fields(condition.header()));
        switch (model.delete(bucket, name, condition.when(), made(reply))) {
            case Outcome.Deleted(Optional<String> marker, _) -> {
                status(204, reply);
                assertEquals(marker.orElse(""), reply.field("x-amz-version-id"));
                assertEquals(marker.isPresent() ? "true" : "", reply.field("x-amz-delete-marker"));
                marker.ifPresent(this::know);
            }
            case Outcome.ConditionFailed() -> status(412, reply);
            case Outcome.NoSuchName() -> status(404, reply);
            case Outcome other -> throw new AssertionError("no outcome of a delete: " + other);
        }
    }

    private void deleteVersion(String name, String id) throws IOException {
        Client.Reply reply = send("DELETE", path(name) + "?versionId=" + id, NOTHING);
        status(204, reply);
        Outcome outcome = model.deleteVersion(bucket, name, id, new When.Any(), Lock.Bypass.NO);
        if (outcome instanceof Outcome.Deleted(Optional<String> marker, _)) {
            assertEquals(marker.isPresent() ? "true" : "", reply.field("x-amz-delete-marker"));
            assertEquals(id, reply.field("x-amz-version-id"));
        } else {
            throw new AssertionError("no outcome of a deletion: " + outcome);
        }
    }

    private void setVersioning() throws IOException {
        versioning = next() % 2 == 0 ? Versioning.ENABLED : Versioning.SUSPENDED;
        String word = versioning == Versioning.ENABLED ? "Enabled" : "Suspended";
        String document =
                "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"
                        .formatted(word);
        status(200, send("PUT", "?versioning", Signer.latin(document)));
        model.version(bucket, versioning);
    }

    // ---- reads --------------------------------------------------------------------------------

    private void get(String method, String name) throws IOException {
        Client.Reply reply = send(method, path(name), NOTHING);
        Optional<Item> item = model.version(bucket, name, Optional.empty()).map(Shown::item);
        if (item.isEmpty() || item.get().kind() == Version.Kind.DELETE_MARKER) {
            status(404, reply);
            assertEquals(item.isPresent() ? "true" : "", reply.field("x-amz-delete-marker"));
            return;
        }
        read(reply, item.get(), method);
    }

    private void read(Client.Reply reply, Item item, String method) {
        status(200, reply);
        assertEquals("\"" + item.etag() + "\"", reply.field("etag"));
        assertEquals("" + item.body().length, reply.field("content-length"));
        assertEquals(
                versioning == Versioning.UNVERSIONED ? "" : item.id(),
                reply.field("x-amz-version-id"));
        if (method.equals("GET")) {
            assertEquals(new String(item.body(), ISO_8859_1), new String(reply.body(), ISO_8859_1));
        }
    }

    private void version(String name, String id) throws IOException {
        Client.Reply reply = send("GET", path(name) + "?versionId=" + id, NOTHING);
        Optional<Item> item = model.version(bucket, name, Optional.of(id)).map(Shown::item);
        if (item.isEmpty()) {
            status(404, reply);
        } else if (item.get().kind() == Version.Kind.DELETE_MARKER) {
            status(405, reply);
        } else {
            read(reply, item.get(), "GET");
        }
    }

    private void range(String name) throws IOException {
        int first = next();
        int last = first + next();
        Client.Reply reply = send("GET", path(name), NOTHING, "Range: bytes=" + first + "-" + last);
        Optional<Item> item = model.version(bucket, name, Optional.empty()).map(Shown::item);
        if (item.isEmpty() || item.get().kind() == Version.Kind.DELETE_MARKER) {
            status(404, reply);
            return;
        }
        byte[] body = item.get().body();
        if (first >= body.length) {
            status(416, reply);
            return;
        }
        status(206, reply);
        byte[] part = Arrays.copyOfRange(body, first, Math.min(last + 1, body.length));
        assertEquals(new String(part, ISO_8859_1), new String(reply.body(), ISO_8859_1));
        assertEquals(
                "bytes %d-%d/%d".formatted(first, first + part.length - 1, body.length),
                reply.field("content-range"));
    }

    // ---- listings -----------------------------------------------------------------------------

    private void list() throws IOException {
        int form = next();
        String prefix = (form & 1) == 0 ? "" : "a/";
        String delimiter = (form & 2) == 0 ? "" : "/";
        String after = (form & 4) == 0 ? "" : NAMES[form >> 3 & 3];
        int limit = 1 + (form >> 5 & 3);
        Client.Reply reply =
                send(
                        "GET",
                        "?list-type=2&prefix="
                                + prefix
                                + "&delimiter="
                                + delimiter
                                + "&max-keys="
                                + limit
                                + "&start-after="
                                + percent(after),
                        NOTHING);
        status(200, reply);
        ObjectsModel.Page page = model.list(bucket, prefix, delimiter, after, limit);
        assertEquals(names(page), reply.elements("Key"));
        List<String> prefixes = new ArrayList<>(reply.elements("Prefix"));
        prefixes.removeFirst(); // the one that was asked for
        assertEquals(page.prefixes(), prefixes);
        assertEquals("" + page.last().isPresent(), reply.element("IsTruncated"));
    }

    private static String percent(String text) {
        return Percent.encode(text).replace("+", "%2B");
    }

    private static List<String> names(ObjectsModel.Page page) {
        return page.items().stream().map(each -> each.item().name()).toList();
    }

    private void listVersions() throws IOException {
        int limit = 1 + next() % 8;
        Client.Reply reply = send("GET", "?versions&max-keys=" + limit, NOTHING);
        status(200, reply);
        ObjectsModel.Page page = model.listVersions(bucket, "", "", "", "", limit);
        assertEquals(names(page), reply.elements("Key"));
        assertEquals(
                page.items().stream().map(each -> each.item().id()).toList(),
                reply.elements("VersionId"));
        assertEquals(
                page.items().stream().map(each -> "" + each.latest()).toList(),
                reply.elements("IsLatest"));
    }

    /** Takes everything away, and sees that it was everything. */
    private void clear() throws IOException {
        ObjectsModel.Page page = model.listVersions(bucket, "", "", "", "", 1_000);
        Client.Reply full = send("DELETE", "", NOTHING);
        if (!page.items().isEmpty()) {
            status(409, full);
            for (Shown each : page.items()) {
                deleteVersion(each.item().name(), each.item().id());
            }
            status(204, send("DELETE", "", NOTHING));
        } else {
            status(204, full);
        }
        assertEquals(Buckets.Removed.REMOVED, model.removeBucket(bucket));
    }
}
