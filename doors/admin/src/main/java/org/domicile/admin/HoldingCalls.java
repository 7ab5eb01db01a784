package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import org.domicile.guard.Encrypted;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedHoldings;
import org.domicile.guard.Held;
import org.domicile.objects.Lock;
import org.domicile.objects.Quota;
import org.domicile.objects.Usage;

/** How much buckets and organisations hold and may hold, and all that lies in a bucket. */
final class HoldingCalls {
    private static final String NONE = "none";

    private HoldingCalls() {}

    static void answer(Call call) throws IOException {
        GuardedHoldings holdings = call.administration().holdings();
        switch (call.asked().operation()) {
            case READ_BUCKET_QUOTA -> held(call, holdings.bucket(call.name("bucket")));
            case READ_ORGANISATION_QUOTA ->
                    held(call, holdings.organisation(call.name("organisation")));
            case SET_BUCKET_QUOTA -> {
                Quota quota = quota(call);
                held(call, holdings.limitBucket(call.name("bucket"), quota));
            }
            case SET_ORGANISATION_QUOTA -> {
                Quota quota = quota(call);
                held(call, holdings.limitOrganisation(call.name("organisation"), quota));
            }
            case READ_INVENTORY -> inventory(call, holdings);
            default -> throw new IllegalStateException("no holding: " + call.asked().operation());
        }
    }

    private static Quota quota(Call call) throws IOException {
        Input input = Input.body(call.exchange(), "bytes", "objects");
        return new Quota(limit(input, "bytes"), limit(input, "objects"));
    }

    private static long limit(Input input, String name) {
        return input.text(name).equals(NONE)
                ? Quota.UNLIMITED
                : input.number(name, Quota.UNLIMITED, 0, Quota.UNLIMITED - 1);
    }

    private static void held(Call call, Held held) throws IOException {
        call.json(200, json -> held(json, held));
    }

    private static void held(JsonGenerator json, Held held) throws IOException {
        json.writeStartObject();
        json.writeStringField("of", held.of().name().toLowerCase(Locale.ROOT));
        json.writeStringField("name", held.name());
        Usage usage = held.usage();
        json.writeNumberField("bytes", usage.bytes());
        json.writeNumberField("objects", usage.objects());
        limit(json, "mostBytes", held.quota().bytes());
        limit(json, "mostObjects", held.quota().objects());
        json.writeEndObject();
    }

    /** Left out where there is none. */
    private static void limit(JsonGenerator json, String name, long limit) throws IOException {
        if (limit != Quota.UNLIMITED) {
            json.writeNumberField(name, limit);
        }
    }

    private static void inventory(Call call, GuardedHoldings holdings) throws IOException {
        Input.query(call.exchange().rawQuery());
        try (GuardedHoldings.Inventory inventory = holdings.inventory(call.name("bucket"))) {
            // Before the answer begins: a bucket that nobody can open is still told as a failure.
            List<Found> page = inventory.page();
            try (OutputStream out =
                            call.exchange()
                                    .respond(200, call.headers("application/x-ndjson"), -1L);
                    JsonGenerator json = Form.to(out)) {
                json.setRootValueSeparator(null);
                while (!page.isEmpty()) {
                    for (Found found : page) {
                        item(json, call.name("bucket"), found);
                        json.writeRaw('\n');
                    }
                    page = inventory.page();
                }
            }
        }
    }

    /** The fields of an S3 Inventory report that this store has something for. */
    private static void item(JsonGenerator json, String bucket, Found found) throws IOException {
        boolean marker =
                found.shown() == Found.Shown.LATEST_MARKER
                        || found.shown() == Found.Shown.OLDER_MARKER;
        json.writeStartObject();
        json.writeStringField("bucket", bucket);
        json.writeStringField("key", found.name());
        json.writeStringField("versionId", found.version());
        json.writeBooleanField(
                "isLatest",
                found.shown() == Found.Shown.LATEST || found.shown() == Found.Shown.LATEST_MARKER);
        json.writeBooleanField("isDeleteMarker", marker);
        Form.time(json, "lastModified", found.modified());
        if (!marker) {
            json.writeNumberField("size", found.size());
            json.writeStringField("etag", found.attributes().etag());
            json.writeBooleanField("isMultipart", found.origin() == Found.Origin.PARTS);
            json.writeStringField("encryption", encryption(found.encrypted()));
            String algorithms = String.join(" ", found.attributes().checksums().keySet());
            json.writeStringField("checksumAlgorithm", algorithms.toUpperCase(Locale.ROOT));
            lock(json, found.lock());
        }
        json.writeEndObject();
    }

    private static String encryption(Encrypted encrypted) {
        return switch (encrypted.kind()) {
            case OWN -> "SSE-S3";
            case NAMED -> "SSE-KMS";
            case CUSTOMER -> "SSE-C";
        };
    }

    private static void lock(JsonGenerator json, Lock lock) throws IOException {
        if (lock.mode() != Lock.Mode.NONE) {
            json.writeStringField("lockMode", lock.mode().name());
            Form.time(json, "retainUntil", lock.until());
        }
        if (lock.hold() != Lock.Hold.NEVER) {
            json.writeStringField("legalHold", lock.hold().name());
        }
    }
}
