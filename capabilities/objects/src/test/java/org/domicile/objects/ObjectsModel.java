package org.domicile.objects;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.objects.Bucket.Versioning;

/**
 * What objects mean, in plain maps: the reference that engines and doors are held against. It knows
 * no keys and no transactions, and of time what it is told ({@link #now}). Whoever runs it beside
 * something real hands it the version id that the real thing gave, because ids are the real thing's
 * to choose; the model says whether there should have been one.
 */
public final class ObjectsModel {
    /** Id of the null version. */
    public static final String NULL = "null";

    private static final Comparator<String> BYTEWISE =
            (a, b) ->
                    Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    /** What must hold of what stands there. */
    public sealed interface When {
        /** Nothing. */
        record Any() implements When {}

        /** No object. */
        record Absent() implements When {}

        /** An object. */
        record Present() implements When {}

        /** An object with this ETag. */
        record Etag(String etag) implements When {}

        /** Nothing, or something of so many bytes. */
        record Size(long bytes) implements When {}

        /** An object with this ETag and so many bytes. */
        record Both(String etag, long bytes) implements When {}
    }

    /** What becomes of a change. */
    public sealed interface Outcome {
        /** A version is there. */
        record Stored(String id) implements Outcome {}

        /** Deleted; both empty when nothing was there. */
        record Deleted(Optional<String> marker, Optional<String> removed) implements Outcome {}

        /** The condition did not hold. */
        record ConditionFailed() implements Outcome {}

        /** The condition wanted an object. */
        record NoSuchName() implements Outcome {}

        /** A lock forbids it. */
        record Locked() implements Outcome {}

        /** A marker has nothing to change. */
        record OnMarker(String id) implements Outcome {}

        /** No bucket. */
        record NoSuchBucket() implements Outcome {}

        /** No upload. */
        record NoSuchUpload() implements Outcome {}

        /** A part is missing or another. */
        record NoSuchPart(int number) implements Outcome {}
    }

    /**
     * A version. @param body empty for a marker @param etag empty for a marker @param attributes
     * whatever else it carries @param state what may change of it
     */
    public record Item(
            String name,
            String id,
            Version.Kind kind,
            byte[] body,
            String etag,
            String attributes,
            String state,
            Lock lock) {}

    /** An element of a listing. @param latest for versions: the newest of its name */
    public record Shown(Item item, boolean latest) {}

    /**
     * A page. @param last the last element: a name or a prefix; empty when nothing is left @param
     * lastVersion id of the last version, for listings of versions
     */
    public record Page(
            List<Shown> items, List<String> prefixes, Optional<String> last, String lastVersion) {}

    /** A part. */
    public record PartItem(byte[] body, String etag) {}

    /** An upload under way. */
    public record UploadItem(
            String id, String name, String attributes, NavigableMap<Integer, PartItem> parts) {}

    /** A completed upload. */
    private record Finished(String name, List<Integer> numbers, List<String> etags, String id) {}

    private static final class Home {
        Versioning versioning = Versioning.UNVERSIONED;
        // Newest first.
        final NavigableMap<String, List<Item>> names = new TreeMap<>(BYTEWISE);
        final Map<String, UploadItem> uploads = new HashMap<>();
        final Map<String, Finished> finished = new HashMap<>();
    }

    private final NavigableMap<String, Home> buckets = new TreeMap<>(BYTEWISE);

    /** The present, which ends retentions. */
    public Instant now = Instant.EPOCH;

    // ---- buckets ----

    /** False when the name is taken. */
    public boolean createBucket(String bucket) {
        return buckets.putIfAbsent(bucket, new Home()) == null;
    }

    /** As {@link Buckets#remove}. */
    public Buckets.Removed removeBucket(String bucket) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return Buckets.Removed.NO_SUCH_BUCKET;
        }
        if (!home.names.isEmpty() || !home.uploads.isEmpty()) {
            return Buckets.Removed.NOT_EMPTY;
        }
        buckets.remove(bucket);
        return Buckets.Removed.REMOVED;
    }

    /** Sets the versioning state; false when there is no bucket. */
    public boolean version(String bucket, Versioning versioning) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return false;
        }
        home.versioning = versioning;
        return true;
    }

    /** Names of the buckets, in order. */
    public List<String> buckets() {
        return List.copyOf(buckets.keySet());
    }

    // ---- objects ----

    /** Puts what is not locked. @param id as below */
    public Outcome put(
            String bucket,
            String name,
            byte[] body,
            String etag,
            String attributes,
            When when,
            String id) {
        return put(bucket, name, body, etag, attributes, Lock.OPEN, when, id);
    }

    /** Puts. @param id the id that the real thing gave; ignored where there is to be none */
    public Outcome put(
            String bucket,
            String name,
            byte[] body,
            String etag,
            String attributes,
            Lock lock,
            When when,
            String id) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return new Outcome.NoSuchBucket();
        }
        return judge(newest(home, name), when)
                .or(() -> keptFromReplacing(home, name))
                .orElseGet(() ->
                        place(
                                home,
                                new Item(
                                        name,
                                        home.versioning == Versioning.ENABLED ? id : NULL,
                                        Version.Kind.OBJECT,
                                        body,
                                        etag,
                                        attributes,
                                        "",
                                        lock)));
    }

    /** Deletes without a version. @param id the id that the real thing gave the marker */
    public Outcome delete(String bucket, String name, When when, String id) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return new Outcome.NoSuchBucket();
        }
        Optional<Outcome> refusal =
                judge(newest(home, name), when).or(() -> keptFromReplacing(home, name));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        boolean unnamed = named(home, name, NULL).isPresent();
        Optional<String> removed =
                unnamed && home.versioning != Versioning.ENABLED
                        ? Optional.of(NULL)
                        : Optional.empty();
        if (home.versioning == Versioning.UNVERSIONED) {
            take(home, name, NULL);
            return new Outcome.Deleted(Optional.empty(), removed);
        }
        String marker = home.versioning == Versioning.ENABLED ? id : NULL;
        place(
                home,
                new Item(
                        name,
                        marker,
                        Version.Kind.DELETE_MARKER,
                        new byte[0],
                        "",
                        "",
                        "",
                        Lock.OPEN));
        return new Outcome.Deleted(Optional.of(marker), removed);
    }

    /** Deletes one version for good. */
    public Outcome deleteVersion(
            String bucket, String name, String version, When when, Lock.Bypass bypass) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return new Outcome.NoSuchBucket();
        }
        Optional<Item> item = named(home, name, version);
        Optional<Outcome> refusal =
                judge(item, when)
                        .or(() ->
                                item.filter(each -> kept(each.lock(), bypass))
                                        .map(_ -> new Outcome.Locked()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        take(home, name, version);
        return new Outcome.Deleted(
                item.filter(each -> each.kind() == Version.Kind.DELETE_MARKER).map(Item::id),
                item.map(Item::id));
    }

    /** Changes the newest version, or the one with an id, in its place. */
    public Outcome amend(
            String bucket,
            String name,
            Optional<String> version,
            String state,
            Lock lock,
            Lock.Bypass bypass) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return new Outcome.NoSuchBucket();
        }
        Optional<Item> item =
                version.map(id -> named(home, name, id)).orElseGet(() -> newest(home, name));
        if (item.isEmpty()) {
            return new Outcome.NoSuchName();
        }
        Item was = item.get();
        if (was.kind() == Version.Kind.DELETE_MARKER) {
            return new Outcome.OnMarker(was.id());
        }
        boolean retained = kept(was.lock().holding(Lock.Hold.NEVER), bypass);
        boolean less =
                lock.mode() != was.lock().mode() || lock.until().isBefore(was.lock().until());
        if (retained && less) {
            return new Outcome.Locked();
        }
        Item next =
                new Item(
                        was.name(),
                        was.id(),
                        was.kind(),
                        was.body(),
                        was.etag(),
                        was.attributes(),
                        state,
                        lock);
        home.names.computeIfPresent(
                name,
                (_, items) -> {
                    items.replaceAll(each -> each == was ? next : each);
                    return items;
                });
        return new Outcome.Stored(was.id());
    }

    /** Whether a lock keeps a version from its end. */
    private boolean kept(Lock lock, Lock.Bypass bypass) {
        if (lock.hold() == Lock.Hold.ON) {
            return true;
        }
        return switch (lock.mode()) {
            case NONE -> false;
            case GOVERNANCE -> bypass == Lock.Bypass.NO && now.isBefore(lock.until());
            case COMPLIANCE -> now.isBefore(lock.until());
        };
    }

    /** What a put, or a delete without a version, may not replace. */
    private Optional<Outcome> keptFromReplacing(Home home, String name) {
        return home.versioning == Versioning.ENABLED
                ? Optional.empty()
                : named(home, name, NULL)
                        .filter(item -> kept(item.lock(), Lock.Bypass.NO))
                        .map(_ -> new Outcome.Locked());
    }

    /** The newest version of a name (it may be a marker), or the one with an id. */
    public Optional<Shown> version(String bucket, String name, Optional<String> version) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return Optional.empty();
        }
        Optional<Item> newest = newest(home, name);
        return version.map(id -> named(home, name, id))
                .orElse(newest)
                .map(item -> new Shown(item, newest.filter(item::equals).isPresent()));
    }

    private static Outcome place(Home home, Item item) {
        if (item.id().equals(NULL)) {
            take(home, item.name(), NULL);
        }
        home.names.computeIfAbsent(item.name(), _ -> new ArrayList<>()).addFirst(item);
        return new Outcome.Stored(item.id());
    }

    private static void take(Home home, String name, String id) {
        List<Item> items = home.names.getOrDefault(name, new ArrayList<>());
        items.removeIf(item -> item.id().equals(id));
        if (items.isEmpty()) {
            home.names.remove(name);
        }
    }

    private static Optional<Item> newest(Home home, String name) {
        List<Item> items = home.names.get(name);
        return items == null ? Optional.empty() : Optional.of(items.getFirst());
    }

    private static Optional<Item> named(Home home, String name, String id) {
        return home.names.getOrDefault(name, List.of()).stream()
                .filter(item -> item.id().equals(id))
                .findFirst();
    }

    private static Optional<Outcome> judge(Optional<Item> item, When when) {
        Optional<Item> object = item.filter(each -> each.kind() == Version.Kind.OBJECT);
        boolean holds =
                switch (when) {
                    case When.Any() -> true;
                    case When.Absent() -> object.isEmpty();
                    case When.Present() -> object.isPresent();
                    case When.Etag(String etag) ->
                            object.filter(each -> each.etag().equals(etag)).isPresent();
                    case When.Size(long bytes) ->
                            item.filter(each -> each.body().length != bytes).isEmpty();
                    case When.Both(String etag, long bytes) ->
                            object.filter(each -> each.etag().equals(etag))
                                    .filter(each -> each.body().length == bytes)
                                    .isPresent();
                };
        if (holds) {
            return Optional.empty();
        }
        return Optional.of(
                object.isPresent() || when instanceof When.Size
                        ? new Outcome.ConditionFailed()
                        : new Outcome.NoSuchName());
    }

    // ---- listings ----

    /** Newest versions that are objects. */
    public Page list(String bucket, String prefix, String delimiter, String after, int limit) {
        List<Shown> newest = new ArrayList<>();
        for (List<Item> items : home(bucket).names.values()) {
            if (items.getFirst().kind() == Version.Kind.OBJECT) {
                newest.add(new Shown(items.getFirst(), true));
            }
        }
        return page(newest, prefix, delimiter, after, "", limit);
    }

    /** All versions and markers. */
    public Page listVersions(
            String bucket,
            String prefix,
            String delimiter,
            String after,
            String afterVersion,
            int limit) {
        List<Shown> all = new ArrayList<>();
        for (List<Item> items : home(bucket).names.values()) {
            items.forEach(item -> all.add(new Shown(item, item == items.getFirst())));
        }
        return page(all, prefix, delimiter, after, afterVersion, limit);
    }

    private Home home(String bucket) {
        return buckets.getOrDefault(bucket, new Home());
    }

    private static Page page(
            List<Shown> all,
            String prefix,
            String delimiter,
            String after,
            String afterVersion,
            int limit) {
        List<Shown> items = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        String last = "";
        String lastVersion = "";
        // Within the name that the page goes on in, what comes before the version is behind us.
        boolean within = afterVersion.isEmpty();
        for (Shown shown : all) {
            String name = shown.item().name();
            if (!name.startsWith(prefix)) {
                continue;
            }
            int at = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
            String element = at < 0 ? name : name.substring(0, at + delimiter.length());
            if (at < 0 && name.equals(after) && !afterVersion.isEmpty()) {
                if (!within) {
                    within = shown.item().id().equals(afterVersion);
                    continue;
                }
            } else if (!after.isEmpty() && BYTEWISE.compare(element, after) <= 0) {
                continue;
            }
            if (at >= 0 && !prefixes.isEmpty() && prefixes.getLast().equals(element)) {
                continue;
            }
            if (items.size() + prefixes.size() == limit) {
                return new Page(
                        items,
                        prefixes,
                        limit == 0 ? Optional.empty() : Optional.of(last),
                        lastVersion);
            }
            if (at < 0) {
                items.add(shown);
                lastVersion = shown.item().id();
            } else {
                prefixes.add(element);
                lastVersion = "";
            }
            last = element;
        }
        return new Page(items, prefixes, Optional.empty(), "");
    }

    // ---- uploads ----

    /** Begins an upload. @param id that the real thing gave; false when there is no bucket */
    public boolean createUpload(String bucket, String name, String attributes, String id) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return false;
        }
        home.uploads.put(id, new UploadItem(id, name, attributes, new TreeMap<>()));
        return true;
    }

    /** Puts a part; false when there is no upload. */
    public boolean putPart(String bucket, String id, int number, byte[] body, String etag) {
        UploadItem upload = home(bucket).uploads.get(id);
        if (upload == null) {
            return false;
        }
        upload.parts().put(number, new PartItem(body, etag));
        return true;
    }

    /** An upload under way. */
    public Optional<UploadItem> upload(String bucket, String name, String id) {
        return Optional.ofNullable(home(bucket).uploads.get(id))
                .filter(upload -> upload.name().equals(name));
    }

    /** Uploads in order of name and id. */
    public List<UploadItem> uploads(String bucket) {
        return home(bucket).uploads.values().stream()
                .sorted(
                        Comparator.comparing(UploadItem::name, BYTEWISE)
                                .thenComparing(UploadItem::id))
                .toList();
    }

    /** Makes the version. @param id the version id that the real thing gave */
    public Outcome complete(
            String bucket,
            String name,
            String upload,
            List<Integer> numbers,
            List<String> etags,
            String etag,
            String attributes,
            When when,
            String id) {
        Home home = buckets.get(bucket);
        if (home == null) {
            return new Outcome.NoSuchBucket();
        }
        UploadItem present = home.uploads.get(upload);
        if (present == null) {
            Finished finished = home.finished.get(upload);
            if (finished != null
                    && finished.name().equals(name)
                    && finished.numbers().equals(numbers)
                    && finished.etags().equals(etags)) {
                return new Outcome.Stored(finished.id());
            }
            return new Outcome.NoSuchUpload();
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int i = 0; i < numbers.size(); i++) {
            PartItem part = present.parts().get(numbers.get(i));
            if (part == null || !part.etag().equals(etags.get(i))) {
                return new Outcome.NoSuchPart(numbers.get(i));
            }
            whole.writeBytes(part.body());
        }
        Outcome outcome = put(bucket, name, whole.toByteArray(), etag, attributes, when, id);
        if (outcome instanceof Outcome.Stored(String stored)) {
            home.uploads.remove(upload);
            home.finished.put(upload, new Finished(name, numbers, etags, stored));
        }
        return outcome;
    }

    /** Gives up an upload; false when there is none. */
    public boolean abort(String bucket, String name, String id) {
        return upload(bucket, name, id).isPresent() && home(bucket).uploads.remove(id) != null;
    }
}
