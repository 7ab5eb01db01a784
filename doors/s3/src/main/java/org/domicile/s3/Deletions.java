package org.domicile.s3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Match;
import org.domicile.guard.Refused;
import org.domicile.guard.Stored;
import org.domicile.guard.Unopenable;

/**
 * DeleteObjects: each key is a use of its own, allowed or refused by itself. Several run at once,
 * because each waits for its commit, and commits that wait together are synced together.
 */
final class Deletions {
    private static final System.Logger LOG = System.getLogger("org.domicile.s3");
    private static final int LONGEST_DOCUMENT = 4 << 20;
    private static final int MOST_KEYS = 1_000;
    private static final int AT_ONCE = 32;

    /**
     * One key. @param version empty for none @param failure what is wrong with it before anything
     * is asked
     */
    private record Named(
            String name, Optional<String> version, Match match, Optional<Failure> failure) {}

    /** What became of one key. */
    private sealed interface Result {
        record Deleted(Optional<String> marker, Optional<String> removed) implements Result {}

        record Failed(String code, String sentence) implements Result {}
    }

    private Deletions() {}

    static void answer(Call call) throws IOException {
        if (!promised(call)) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        }
        Xml asked = Xml.parseUnkept(call.document(LONGEST_DOCUMENT), "Delete");
        boolean quiet = asked.child("Quiet").strip().equals("true");
        List<Named> keys = keys(asked);
        Result[] results = new Result[keys.size()];
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < Math.min(AT_ONCE, keys.size()); i++) {
                // Views are for one thread each.
                Call.View view = i == 0 ? call.view() : call.viewElsewhere();
                threads.execute(() -> work(call, view, keys, results, next));
            }
        }
        if (Arrays.asList(results).contains(null)) {
            throw new IllegalStateException("a deletion ended without a result");
        }
        if (bucketIsMissing(results)) {
            throw Call.noSuchBucket(); // each key that was asked for is on record as absent
        }
        write(call, quiet, keys, results);
    }

    /** Where one key found no bucket and none was deleted; else it went while keys were deleted. */
    private static boolean bucketIsMissing(Result[] results) {
        boolean missing = false;
        for (Result result : results) {
            switch (result) {
                case Result.Deleted deleted -> {
                    return false;
                }
                case Result.Failed(String code, String sentence) ->
                        missing |= code.equals(ErrorCode.NO_SUCH_BUCKET.code());
            }
        }
        return missing;
    }

    /** One promise about the body has to be there; {@code Payload} keeps it. */
    private static boolean promised(Call call) {
        if (call.has("content-md5")) {
            return true;
        }
        for (String algorithm : Drafts.ALGORITHMS) {
            if (call.has("x-amz-checksum-" + algorithm)) {
                return true;
            }
        }
        return call.field("x-amz-trailer").startsWith("x-amz-checksum-");
    }

    private static List<Named> keys(Xml asked) {
        List<Named> keys = new ArrayList<>();
        for (Xml child : asked.children()) {
            if (child.name().equals("Object")) {
                keys.add(named(child));
            }
        }
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            throw Xml.malformed();
        }
        return keys;
    }

    private static Named named(Xml object) {
        String name = object.child("Key");
        if (name.isEmpty()) {
            throw Xml.malformed();
        }
        Optional<String> version =
                object.first("VersionId").map(Xml::text).filter(id -> !id.isEmpty());
        Optional<Failure> failure = Optional.empty();
        Match match = new Match.Any();
        try {
            Target.checkName(name);
            version.ifPresent(Versions::checked);
            match =
                    Drafts.deletion(
                            object.child("ETag").strip(),
                            object.child("Size").strip(),
                            object.child("LastModifiedTime").strip());
        } catch (Failure e) {
            failure = Optional.of(e);
        }
        return new Named(name, version, match, failure);
    }

    private static void work(
            Call call, Call.View view, List<Named> keys, Result[] results, AtomicInteger next) {
        for (int i = next.getAndIncrement(); i < keys.size(); i = next.getAndIncrement()) {
            results[i] = result(call, view, keys.get(i));
        }
    }

    private static Result result(Call call, Call.View view, Named key) {
        try {
            if (key.failure().isPresent()) {
                Failure failure = key.failure().get();
                String name = failure.code() == ErrorCode.KEY_TOO_LONG ? "" : key.name();
                view.objects()
                        .refuse(
                                call.operation().action(),
                                call.bucket(),
                                name,
                                failure.code().code());
                throw failure;
            }
            view.saying()
                    .accept(
                            key.version()
                                    .map(id -> Map.of(RequestFacts.VERSION_ID, id))
                                    .orElse(Map.of()));
            Stored stored =
                    view.objects()
                            .delete(
                                    call.bucket(),
                                    key.name(),
                                    key.version(),
                                    key.match(),
                                    ObjectLocks.bypass(call));
            if (stored
                    instanceof Stored.Deleted(Optional<String> marker, Optional<String> removed)) {
                return new Result.Deleted(marker, removed);
            }
            throw new IllegalStateException("a delete that writes: " + Writes.done(stored));
        } catch (Failure e) {
            return new Result.Failed(e.code().code(), e.sentence());
        } catch (Refused e) {
            Failure failure = S3Door.refused(e);
            return new Result.Failed(failure.code().code(), failure.sentence());
        } catch (Unopenable e) {
            Failure failure = S3Door.unopenable(e);
            return new Result.Failed(failure.code().code(), failure.sentence());
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request={0} failed={1}: {2}",
                    call.exchange().requestId(),
                    e.kind(),
                    e.getMessage());
            return e.kind() == StorageFailure.Kind.OVERLOADED
                    ? new Result.Failed(ErrorCode.SLOW_DOWN.code(), "Please reduce your rate.")
                    : new Result.Failed(
                            ErrorCode.INTERNAL_ERROR.code(), "This key could not be deleted now.");
        }
    }

    private static void write(Call call, boolean quiet, List<Named> keys, Result[] results)
            throws IOException {
        XmlOut out = XmlOut.document("DeleteResult", 256 + 160 * keys.size());
        for (int i = 0; i < results.length; i++) {
            Named key = keys.get(i);
            switch (results[i]) {
                case Result.Deleted(Optional<String> marker, Optional<String> removed) -> {
                    if (!quiet) {
                        out.open("Deleted").element("Key", key.name());
                        key.version().ifPresent(id -> out.element("VersionId", id));
                        marker.ifPresent(id ->
                                out.element("DeleteMarker", "true")
                                        .element("DeleteMarkerVersionId", id));
                        out.close("Deleted");
                    }
                }
                case Result.Failed(String code, String sentence) -> {
                    out.open("Error").element("Key", key.name());
                    key.version().ifPresent(id -> out.element("VersionId", id));
                    out.element("Code", code).element("Message", sentence).close("Error");
                }
            }
        }
        call.xml(out.done("DeleteResult"));
    }
}
