package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.Budget;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.CustomerKey;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedObjects.Got;
import org.domicile.http.BodyOutput;
import org.domicile.http.Headers;
import org.domicile.request.Caller;

/** GetObject and HeadObject. Buffers of large bodies are shared by all requests. */
final class Reads {
    /** Up to here a body leaves in one piece with its head. */
    private static final int SMALL = 64 << 10;

    private static final int STEP = 256 << 10;
    private static final int POOLED = 32;
    private static final int MOST_PARTS = 10_000;

    /**
     * What a streamed answer holds: its buffer, as many bytes sealed, a chunk, and a page of the
     * blob.
     */
    private static final int HELD = 640 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Budget memory = Budget.ofHeap(4);
    private final AtomicInteger made = new AtomicInteger();
    private final BlockingQueue<byte[]> pool = new ArrayBlockingQueue<>(POOLED);

    void answer(Call call) throws IOException {
        Optional<String> version = call.version();
        Map<String, String> overrides = overrides(call);
        int part = part(call);
        CustomerKey brought = Encryptions.brought(call);
        AtomicInteger known = new AtomicInteger(MOST_PARTS);
        boolean head = call.operation() == Operation.HEAD_OBJECT;
        Got got =
                head
                        ? call.guarded().head(call.bucket(), call.name(), version, brought)
                        : call.guarded()
                                .get(
                                        call.bucket(),
                                        call.name(),
                                        version,
                                        brought,
                                        glimpse -> {
                                            known.set(parts(glimpse));
                                            return share(call, glimpse, part);
                                        });
        switch (got) {
            case Got.Object(Found found, GuardedObjects.Content content) -> {
                try (content) {
                    object(call, found, content, part, overrides);
                }
            }
            // What is wrong with the request itself comes before the key that it lacks.
            case Got.KeyRefused refused when part > known.get() -> throw noSuchPart(known.get());
            default -> absent(call, got, version.isPresent());
        }
    }

    /** Answers that there is no object to show. @param named whether a version was asked for */
    static void absent(Call call, Got got, boolean named) throws IOException {
        switch (got) {
            case Got.Marker(Found found) -> marker(call, found, named);
            case Got.KeyRefused(Got.KeyRefused.Why why) -> throw Encryptions.refused(why);
            case Got.NoSuchName() -> throw Call.noSuchKey();
            case Got.NoSuchVersion() ->
                    throw new Failure(
                            ErrorCode.NO_SUCH_VERSION, "The specified version does not exist.");
            case Got.NoSuchBucket() -> throw Call.noSuchBucket();
            case Got.Object object -> throw new IllegalStateException("an object is there");
        }
    }

    private static void marker(Call call, Found found, boolean named) throws IOException {
        Headers headers = call.headers().add("x-amz-delete-marker", "true");
        Versions.shown(headers, found);
        if (named) {
            headers.add("Allow", "DELETE").add("Last-Modified", Dates.http(found.modified()));
            call.fail(
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "The specified version is a delete marker: it can only be deleted.",
                    headers,
                    Map.of());
        } else {
            call.fail(
                    ErrorCode.NO_SUCH_KEY,
                    "The specified key does not exist.",
                    headers,
                    Map.of("Key", call.name()));
        }
    }

    private void object(
            Call call,
            Found found,
            GuardedObjects.Content content,
            int part,
            Map<String, String> overrides)
            throws IOException {
        GuardedObjects.Glimpse glimpse =
                new GuardedObjects.Glimpse(
                        found.size(),
                        found.modified(),
                        found.parts(),
                        found.attributes().etag()::equals);
        switch (conditions(call, glimpse)) {
            case FAILED -> throw Call.preconditionFailed();
            case NOT_MODIFIED -> {
                Headers headers = entity(call, found);
                String cache = found.attributes().headers().getOrDefault("cache-control", "");
                if (!cache.isEmpty()) {
                    headers.add("Cache-Control", cache);
                }
                Versions.shown(headers, found);
                call.empty(304, headers);
            }
            case GO -> {
                switch (span(call, glimpse, part)) {
                    case ByteSpan.None() -> unsatisfiable(call, found);
                    case ByteSpan.All() -> {
                        Headers headers = headers(call, found, overrides);
                        if (call.field("x-amz-checksum-mode").equalsIgnoreCase("ENABLED")) {
                            Drafts.checksums(headers, found.attributes());
                        }
                        if (part > 0) {
                            parts(headers, found);
                        }
                        send(call, 200, headers, content, 0, found.size());
                    }
                    case ByteSpan.Part range -> {
                        Headers headers = headers(call, found, overrides);
                        headers.add(
                                "Content-Range",
                                "bytes " + range.first() + "-" + range.last() + "/" + found.size());
                        if (part > 0) {
                            sum(call, headers, found, part);
                            parts(headers, found);
                        }
                        send(call, 206, headers, content, range.first(), range.length());
                    }
                }
            }
        }
    }

    private static Headers entity(Call call, Found found) {
        return call.headers()
                .add("ETag", '"' + found.attributes().etag() + '"')
                .add("Last-Modified", Dates.http(found.modified()));
    }

    private static Headers headers(Call call, Found found, Map<String, String> overrides) {
        Headers headers = entity(call, found).add("Accept-Ranges", "bytes");
        String stored =
                found.attributes().headers().getOrDefault("content-type", "binary/octet-stream");
        headers.add("Content-Type", overrides.getOrDefault("content-type", stored));
        overrides.forEach((name, value) -> {
            if (!name.equals("content-type")) {
                headers.add(name, value);
            }
        });
        Drafts.show(headers, found, overrides);
        return Encryptions.show(call, headers, found.encrypted());
    }

    /** A part's own checksum, which its bytes can be held against. */
    private static void sum(Call call, Headers headers, Found found, int part) {
        if (!call.field("x-amz-checksum-mode").equalsIgnoreCase("ENABLED")
                || part > found.partChecksums().size()) {
            return;
        }
        found.attributes()
                .checksums()
                .keySet()
                .forEach(algorithm ->
                        headers.add(
                                        "x-amz-checksum-" + algorithm,
                                        found.partChecksums().get(part - 1))
                                .add(
                                        "x-amz-checksum-type",
                                        found.attributes().checksumType().name()));
    }

    private static void parts(Headers headers, Found found) {
        if (found.origin() == Found.Origin.PARTS) {
            headers.add("x-amz-mp-parts-count", Integer.toString(found.parts().size()));
        }
    }

    private static Conditions.Verdict conditions(Call call, GuardedObjects.Glimpse glimpse) {
        return Conditions.judge(
                call.field("if-match"),
                call.field("if-unmodified-since"),
                call.field("if-none-match"),
                call.field("if-modified-since"),
                glimpse.modified(),
                glimpse.tagged());
    }

    /** How much of the object the answer will hold: what the record says of it. */
    private static long share(Call call, GuardedObjects.Glimpse glimpse, int part) {
        if (conditions(call, glimpse) != Conditions.Verdict.GO || part > parts(glimpse)) {
            return 0;
        }
        return switch (span(call, glimpse, part)) {
            case ByteSpan.None() -> 0;
            case ByteSpan.All() -> glimpse.size();
            case ByteSpan.Part range -> range.length();
        };
    }

    /** What is asked for of the object. @throws Failure INVALID_PART */
    private static ByteSpan span(Call call, GuardedObjects.Glimpse glimpse, int part) {
        if (part > 0) {
            return ofPart(glimpse, part);
        }
        return Conditions.sameRange(call.field("if-range"), glimpse.modified(), glimpse.tagged())
                ? ByteSpan.parse(call.field("range"), glimpse.size())
                : new ByteSpan.All();
    }

    private static int parts(GuardedObjects.Glimpse glimpse) {
        return Math.max(1, glimpse.parts().size());
    }

    private static ByteSpan ofPart(GuardedObjects.Glimpse glimpse, int number) {
        List<Long> parts = glimpse.parts();
        if (number > parts(glimpse)) {
            throw noSuchPart(parts(glimpse));
        }
        if (glimpse.size() == 0) {
            return new ByteSpan.All(); // there is no byte that a Content-Range could name
        }
        long first = 0;
        for (int i = 0; i < number - 1; i++) {
            first += parts.get(i);
        }
        long length = parts.isEmpty() ? glimpse.size() : parts.get(number - 1);
        return length == 0 ? new ByteSpan.None() : new ByteSpan.Part(first, first + length - 1);
    }

    /**
     * AWS was seen to say 416 InvalidPartNumber; its reference does not say it of GetObject, and
     * s3-tests, the anchor of this door, asks for 400 InvalidPart.
     */
    private static Failure noSuchPart(int parts) {
        return new Failure(
                ErrorCode.INVALID_PART,
                "The requested part number cannot be answered: the number of parts is "
                        + parts
                        + ".");
    }

    private static int part(Call call) {
        if (!call.query().has("partNumber")) {
            return 0;
        }
        long number = Numbers.parse(call.query().value("partNumber"));
        if (number < 1 || number > MOST_PARTS) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "Part number must be an integer between 1 and 10000, inclusive.");
        }
        if (call.has("range")) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Cannot specify both Range header and partNumber query parameter.");
        }
        return (int) number;
    }

    /** What {@code response-*} parameters say instead of the object's own fields. */
    private static Map<String, String> overrides(Call call) {
        Map<String, String> overrides = Map.of();
        for (int i = 0; i < call.query().size(); i++) {
            String name = call.query().name(i).toLowerCase(Locale.ROOT);
            if (!name.startsWith("response-") || !Drafts.KEPT.contains(name.substring(9))) {
                continue;
            }
            if (call.caller() instanceof Caller.Anonymous) {
                throw new Failure(
                        ErrorCode.INVALID_REQUEST,
                        "Request specific response headers cannot be used for anonymous GET"
                                + " requests.");
            }
            String value = call.query().value(i);
            for (int c = 0; c < value.length(); c++) {
                if (value.charAt(c) < ' ' && value.charAt(c) != '\t' || value.charAt(c) == 0x7f) {
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "A response header must not hold control characters.");
                }
            }
            if (overrides.isEmpty()) {
                overrides = new LinkedHashMap<>();
            }
            overrides.putIfAbsent(name.substring(9), new String(value.getBytes(UTF_8), ISO_8859_1));
        }
        return overrides;
    }

    private static void unsatisfiable(Call call, Found found) throws IOException {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("RangeRequested", call.field("range"));
        details.put("ActualObjectSize", Long.toString(found.size()));
        call.fail(
                ErrorCode.INVALID_RANGE,
                "The requested range is not satisfiable.",
                call.headers().add("Content-Range", "bytes */" + found.size()),
                details);
    }

    private void send(
            Call call,
            int status,
            Headers headers,
            GuardedObjects.Content content,
            long first,
            long length)
            throws IOException {
        if (call.operation() == Operation.HEAD_OBJECT) {
            call.empty(status, headers.add("Content-Length", Long.toString(length)));
            return;
        }
        if (length == 0) {
            call.empty(status, headers);
            return;
        }
        try (InputStream in = content.read(first, length)) {
            if (length <= SMALL) {
                byte[] all = in.readNBytes((int) length);
                if (all.length < length) {
                    throw new StorageFailure(
                            StorageFailure.Kind.CORRUPT, "an object ends before its length");
                }
                call.exchange().respond(status, headers, ByteBuffer.wrap(all));
            } else {
                stream(call, status, headers, in, length);
            }
        }
    }

    private void stream(Call call, int status, Headers headers, InputStream in, long length)
            throws IOException {
        memory.take(HELD, PATIENCE);
        byte[] buffer = buffer();
        int step = buffer.length;
        try {
            // The first bytes are here before the answer begins: what cannot be read at all is
            // an error, and not a truncated answer.
            int count = in.readNBytes(buffer, 0, step);
            try (BodyOutput out = call.exchange().respond(status, headers, length)) {
                while (count > 0) {
                    out.write(buffer, 0, count);
                    count = in.readNBytes(buffer, 0, step);
                }
            }
        } finally {
            give(buffer);
            memory.give(HELD);
        }
    }

    /** Large ones while there are some; slow readers in any number hold little. */
    private byte[] buffer() {
        byte[] kept = pool.poll();
        if (kept != null) {
            return kept;
        }
        boolean room = made.getAndUpdate(count -> Math.min(count + 1, POOLED)) < POOLED;
        return new byte[room ? STEP : SMALL];
    }

    @SuppressWarnings("ReturnValueIgnored") // a full pool lets them go
    private void give(byte[] buffer) {
        if (buffer.length == STEP) {
            pool.offer(buffer);
        }
    }
}
