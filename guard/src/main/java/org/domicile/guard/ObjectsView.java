package org.domicile.guard;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.domicile.events.Notification;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.policy.Marks;

/** Objects under one request: one noun a class, this only hands on. */
final class ObjectsView implements GuardedObjects {
    private final Uses uses;
    private final BucketUses buckets;
    private final Announcements announcements;
    private final ObjectUses whole;
    private final UploadUses uploads;
    private final CopyUses copies;
    private final AmendUses amendments;
    private final SharingUses sharing;
    private final Locks locks;
    private final NotificationUses notifications;

    /** What tells of changes. */
    record Telling(Announcements announcements, Delivery delivery, DeliveryRun run) {}

    ObjectsView(
            Uses uses,
            Objects objects,
            Keys keys,
            Vessel vessel,
            LifecycleRules rules,
            KeyEndings endings,
            Telling telling,
            SecureRandom random) {
        this.uses = uses;
        this.buckets = new BucketUses(uses, objects, keys, vessel, random);
        this.locks = new Locks(objects, vessel, objects.present(), endings);
        this.announcements = telling.announcements();
        SecondKeys second = new SecondKeys(uses, keys, vessel, random);
        this.whole =
                new ObjectUses(uses, objects, keys, vessel, locks, rules, second, announcements);
        this.uploads =
                new UploadUses(uses, objects, keys, vessel, locks, rules, second, announcements);
        this.copies = new CopyUses(uses, objects, whole, uploads, vessel);
        this.amendments = new AmendUses(uses, objects, vessel, locks, announcements);
        this.sharing = new SharingUses(uses, objects, vessel, amendments);
        this.notifications =
                new NotificationUses(
                        uses, objects, vessel, telling.delivery(), telling.run()::wake);
    }

    /** Puts what was made of other data, whose marks travel with it. */
    Stored derived(
            String bucket, String name, GuardedObjects.Draft draft, Upstream body, Marks marks) {
        return whole.put(bucket, name, draft, body, new Match.Any(), Arriving.copied(marks));
    }

    /** What is moved in, under the same request. */
    GuardedArrivals arrivals(Objects objects, Vessel vessel, Marks marks) {
        return new ArrivalsView(uses, objects, vessel, announcements, whole, marks);
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public Created createBucket(String name, String zone, Map<BucketSetting, byte[]> settings) {
        return buckets.create(name, zone, settings);
    }

    @Override
    public Removed deleteBucket(String name) {
        return buckets.remove(name);
    }

    @Override
    public Optional<Bucket> bucket(String action, String name) {
        return buckets.facts(action, name);
    }

    @Override
    public Buckets.Revised version(String bucket, Bucket.Versioning state) {
        return buckets.version(bucket, state);
    }

    @Override
    public Buckets.Revised lock(String bucket, LockRule rule) {
        return buckets.lock(bucket, rule);
    }

    @Override
    public Setting setting(String bucket, BucketSetting which) {
        return buckets.setting(bucket, which);
    }

    @Override
    public boolean set(String bucket, BucketSetting which, Optional<byte[]> document) {
        return buckets.set(bucket, which, document);
    }

    @Override
    public boolean putNotification(String bucket, Notification notification, Announce announce) {
        return notifications.set(bucket, notification, announce);
    }

    @Override
    public GuardedSharing sharing() {
        return sharing;
    }

    @Override
    public List<Bucket> buckets() {
        return buckets.all();
    }

    @Override
    public Optional<Page> list(String bucket, Listing.Query query) {
        return whole.list(bucket, query, "s3:ListBucket");
    }

    @Override
    public Optional<Page> listVersions(String bucket, Listing.Query query) {
        return whole.list(bucket, query, "s3:ListBucketVersions");
    }

    @Override
    public Stored put(String bucket, String name, Draft draft, Upstream body, Match match) {
        return whole.put(bucket, name, draft, body, match);
    }

    @Override
    public Got head(String bucket, String name, Optional<String> version, CustomerKey brought) {
        return facts(ObjectUses.readAction(version), bucket, name, version, brought);
    }

    @Override
    public Got facts(
            String action,
            String bucket,
            String name,
            Optional<String> version,
            CustomerKey brought) {
        return whole.head(action, bucket, name, version, brought);
    }

    @Override
    public Got facts(String action, String bucket, String name, Optional<String> version) {
        return whole.facts(action, bucket, name, version);
    }

    @Override
    public Stored tag(
            String bucket, String name, Optional<String> version, Map<String, String> tags) {
        String what = version.isPresent() ? "ObjectVersionTagging" : "ObjectTagging";
        String action = (tags.isEmpty() ? "s3:Delete" : "s3:Put") + what;
        return amendments.tag(action, bucket, name, version, tags);
    }

    @Override
    public Got get(
            String bucket,
            String name,
            Optional<String> version,
            CustomerKey brought,
            ToLongFunction<Glimpse> share) {
        return whole.get(bucket, name, version, brought, share);
    }

    @Override
    public Got locked(String action, String bucket, String name, Optional<String> version) {
        return whole.facts(action, bucket, name, version, Locks::demand);
    }

    @Override
    public Stored retain(
            String bucket,
            String name,
            Optional<String> version,
            Lock retention,
            Lock.Bypass bypass) {
        return amendments.retain(bucket, name, version, retention, bypass);
    }

    @Override
    public Stored hold(String bucket, String name, Optional<String> version, Lock.Hold hold) {
        return amendments.hold(bucket, name, version, hold);
    }

    @Override
    public Stored delete(
            String bucket, String name, Optional<String> version, Match match, Lock.Bypass bypass) {
        return whole.delete(bucket, name, version, match, bypass);
    }

    @Override
    public Copied copy(
            Source source, String bucket, String name, Directive directive, Match match) {
        return copies.copy(source, bucket, name, directive, match);
    }

    @Override
    public Optional<Begun> createUpload(String bucket, String name, Draft draft) {
        return uploads.create(bucket, name, draft);
    }

    @Override
    public String partAlgorithm(String bucket, String name, String upload) {
        return uploads.algorithm(bucket, name, upload);
    }

    @Override
    public Stored putPart(
            String bucket,
            String name,
            String upload,
            int number,
            Upstream body,
            Encryption encryption) {
        return uploads.putPart(bucket, name, upload, number, body, encryption, Marks.NONE);
    }

    @Override
    public Copied copyPart(
            Source source,
            Optional<ByteRange> range,
            String bucket,
            String name,
            String upload,
            int number,
            Encryption encryption) {
        return copies.copyPart(source, range, bucket, name, upload, number, encryption);
    }

    @Override
    public Stored complete(
            String bucket,
            String name,
            String upload,
            List<ChosenPart> parts,
            Completion completion,
            Match match) {
        return uploads.complete(bucket, name, upload, parts, completion, match);
    }

    @Override
    public Aborted abort(String bucket, String name, String upload) {
        return uploads.abort(bucket, name, upload);
    }

    @Override
    public Parts parts(String bucket, String name, String upload, int after, int limit) {
        return uploads.parts(bucket, name, upload, after, limit);
    }

    @Override
    public Optional<UploadPage> uploads(String bucket, Listing.Query query) {
        return uploads.list(bucket, query);
    }

    @Override
    public void refuse(String action, String bucket, String name, String reason) {
        uses.refused(action, reason, ObjectUses.object(bucket, name));
    }
}
