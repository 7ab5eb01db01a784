package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedObjects.Got;
import org.domicile.guard.LockRule;
import org.domicile.http.Headers;
import org.domicile.objects.Lock;

/**
 * Object lock on the wire (Amazon S3 User Guide, "Locking objects with Object Lock"): fields of
 * writes and reads, retentions and legal holds of versions, and what a bucket does by itself.
 */
final class ObjectLocks {
    private static final String MODE = "x-amz-object-lock-mode";
    static final String UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String HOLD = "x-amz-object-lock-legal-hold";
    private static final int LONGEST_DOCUMENT = 16 << 10;
    private static final int LAST_YEAR = 9_999;

    private ObjectLocks() {}

    // ---- fields -----------------------------------------------------------------------------

    /** Operations that the fields of a lock mean something for. */
    static boolean taken(Operation operation) {
        return switch (operation) {
            case PUT_OBJECT, POST_OBJECT, COPY_OBJECT, CREATE_MULTIPART_UPLOAD -> true;
            default -> false;
        };
    }

    /** Condition keys: what a request locks, wherever it says so. */
    static final String MODE_KEY = "s3:object-lock-mode";

    static final String UNTIL_KEY = "s3:object-lock-retain-until-date";
    static final String REMAINING_KEY = "s3:object-lock-remaining-retention-days";
    static final String HOLD_KEY = "s3:object-lock-legal-hold";

    /** Days until a retention ends, for conditions: one that has begun counts. */
    static Optional<String> remaining(String until, Instant now) {
        return date(until)
                .map(end -> Duration.between(now, end).toSeconds())
                .map(seconds ->
                        Long.toString(Math.ceilDiv(seconds, Duration.ofDays(1).toSeconds())));
    }

    /** What a write wants its version kept by. @throws Failure INVALID_ARGUMENT */
    static Lock asked(Call call) {
        String mode = call.field(MODE);
        String until = call.field(UNTIL);
        if (mode.isEmpty() != until.isEmpty()) {
            throw invalid(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be"
                            + " supplied");
        }
        Lock lock =
                switch (call.field(HOLD)) {
                    case "" -> Lock.OPEN;
                    case "ON" -> Lock.OPEN.holding(Lock.Hold.ON);
                    case "OFF" -> Lock.OPEN.holding(Lock.Hold.OFF);
                    default -> throw invalid("Legal Hold must be either of 'ON' or 'OFF'");
                };
        if (mode.isEmpty()) {
            return lock;
        }
        return lock.retained(
                mode(mode).orElseThrow(() -> invalid("Unknown wormMode directive.")),
                future(
                        call,
                        date(until)
                                .orElseThrow(() ->
                                        invalid(
                                                "The retain until date must be provided in ISO"
                                                        + " 8601 format"))));
    }

    /** The fields that a read shows of a lock. */
    static void show(Headers headers, Lock lock) {
        if (lock.mode() != Lock.Mode.NONE) {
            headers.add(MODE, lock.mode().name()).add(UNTIL, Dates.iso(lock.until()));
        }
        if (lock.hold() != Lock.Hold.NEVER) {
            headers.add(HOLD, lock.hold().name());
        }
    }

    static Lock.Bypass bypass(Call call) {
        return call.field("x-amz-bypass-governance-retention").equalsIgnoreCase("true")
                ? Lock.Bypass.GOVERNANCE
                : Lock.Bypass.NO;
    }

    /** What a bucket begins with. @throws Failure INVALID_ARGUMENT */
    static Map<BucketSetting, byte[]> atCreation(Call call) {
        String enabled = call.field("x-amz-bucket-object-lock-enabled");
        if (enabled.equalsIgnoreCase("true")) {
            return Map.of(BucketSetting.OBJECT_LOCK, LockRule.PLAIN.document());
        }
        if (!enabled.isEmpty() && !enabled.equalsIgnoreCase("false")) {
            throw invalid("x-amz-bucket-object-lock-enabled is true or false.");
        }
        return Map.of();
    }

    private static Optional<Lock.Mode> mode(String text) {
        return switch (text) {
            case "GOVERNANCE" -> Optional.of(Lock.Mode.GOVERNANCE);
            case "COMPLIANCE" -> Optional.of(Lock.Mode.COMPLIANCE);
            default -> Optional.empty();
        };
    }

    private static Optional<Instant> date(String text) {
        return Dates.parse(text)
                .filter(date -> date.atOffset(ZoneOffset.UTC).getYear() <= LAST_YEAR);
    }

    private static Instant future(Call call, Instant until) {
        if (!until.isAfter(call.at())) {
            throw invalid("The retain until date must be in the future!");
        }
        return until;
    }

    private static Failure invalid(String sentence) {
        return new Failure(ErrorCode.INVALID_ARGUMENT, sentence);
    }

    // ---- versions ---------------------------------------------------------------------------

    static void retention(Call call) throws IOException {
        Optional<Lock> found = lock(call);
        if (found.isEmpty()) {
            return; // answered
        }
        Lock lock = found.get();
        if (lock.mode() == Lock.Mode.NONE) {
            throw unset();
        }
        XmlOut out = XmlOut.document("Retention", 256);
        out.element("Mode", lock.mode().name()).element("RetainUntilDate", Dates.iso(lock.until()));
        call.xml(out.done("Retention"));
    }

    static void retain(Call call) throws IOException {
        Xml asked = Xml.parse(call.document(LONGEST_DOCUMENT), "Retention");
        String mode = asked.child("Mode").strip();
        String until = asked.child("RetainUntilDate").strip();
        Lock retention = Lock.OPEN; // an empty document takes the retention away
        if (!mode.isEmpty() || !until.isEmpty()) {
            retention =
                    Lock.OPEN.retained(
                            mode(mode).orElseThrow(Xml::malformed),
                            future(call, date(until).orElseThrow(Xml::malformed)));
            call.saying(
                    Map.of(
                            MODE_KEY,
                            mode,
                            UNTIL_KEY,
                            until,
                            REMAINING_KEY,
                            remaining(until, call.at()).orElseThrow()));
        }
        call.empty(
                200,
                Writes.amended(
                        call,
                        call.guarded()
                                .retain(
                                        call.bucket(),
                                        call.name(),
                                        call.version(),
                                        retention,
                                        bypass(call))));
    }

    static void hold(Call call) throws IOException {
        Optional<Lock> found = lock(call);
        if (found.isEmpty()) {
            return; // answered
        }
        Lock.Hold hold = found.get().hold();
        if (hold == Lock.Hold.NEVER) {
            throw unset();
        }
        XmlOut out = XmlOut.document("LegalHold", 256);
        out.element("Status", hold.name());
        call.xml(out.done("LegalHold"));
    }

    static void putHold(Call call) throws IOException {
        Xml asked = Xml.parse(call.document(LONGEST_DOCUMENT), "LegalHold");
        Lock.Hold hold =
                switch (asked.child("Status").strip()) {
                    case "ON" -> Lock.Hold.ON;
                    case "OFF" -> Lock.Hold.OFF;
                    default -> throw Xml.malformed();
                };
        call.saying(Map.of(HOLD_KEY, hold.name()));
        call.empty(
                200,
                Writes.amended(
                        call,
                        call.guarded().hold(call.bucket(), call.name(), call.version(), hold)));
    }

    /** The lock of the version that is asked about; empty when there is none, which is answered. */
    private static Optional<Lock> lock(Call call) throws IOException {
        Optional<String> version = call.version();
        Got got =
                call.guarded()
                        .locked(call.operation().action(), call.bucket(), call.name(), version);
        if (got instanceof Got.Object(Found found, GuardedObjects.Content content)) {
            content.close();
            return Optional.of(found.lock());
        }
        Reads.absent(call, got, version.isPresent());
        return Optional.empty();
    }

    private static Failure unset() {
        return new Failure(
                ErrorCode.NO_SUCH_OBJECT_LOCK_CONFIGURATION,
                "The specified object does not have a ObjectLock configuration");
    }

    // ---- buckets ----------------------------------------------------------------------------

    static void ofBucket(Call call) throws IOException {
        LockRule rule =
                LockRule.of(
                        BucketDocuments.of(
                                call,
                                BucketSetting.OBJECT_LOCK,
                                ErrorCode.OBJECT_LOCK_CONFIGURATION_NOT_FOUND,
                                "Object Lock configuration does not exist for this bucket"));
        call.xml(document(rule));
    }

    static ByteBuffer document(LockRule rule) {
        XmlOut out = XmlOut.document("ObjectLockConfiguration", 512);
        out.element("ObjectLockEnabled", "Enabled");
        if (rule.mode() != Lock.Mode.NONE) {
            out.open("Rule").open("DefaultRetention").element("Mode", rule.mode().name());
            out.element(
                    switch (rule.unit()) {
                        case DAYS -> "Days";
                        case YEARS -> "Years";
                    },
                    rule.length());
            out.close("DefaultRetention").close("Rule");
        }
        return out.done("ObjectLockConfiguration");
    }

    /**
     * @throws Failure MALFORMED_XML, INVALID_RETENTION_PERIOD
     */
    static LockRule parse(byte[] document) {
        Xml asked = Xml.parse(document, "ObjectLockConfiguration");
        if (!asked.child("ObjectLockEnabled").strip().equals("Enabled")) {
            throw Xml.malformed();
        }
        return asked.first("Rule").map(ObjectLocks::rule).orElse(LockRule.PLAIN);
    }

    static void putOfBucket(Call call) throws IOException {
        LockRule rule = parse(call.document(LONGEST_DOCUMENT));
        switch (call.guarded().lock(call.bucket(), rule)) {
            case DONE -> call.empty(200, call.headers());
            case REFUSED ->
                    throw new Failure(
                            ErrorCode.INVALID_BUCKET_STATE,
                            "Versioning must be 'Enabled' on the bucket to apply a Object Lock"
                                    + " configuration");
            case NO_SUCH_BUCKET -> throw Call.noSuchBucket();
        }
    }

    private static LockRule rule(Xml rule) {
        Xml retention = rule.first("DefaultRetention").orElseThrow(Xml::malformed);
        Lock.Mode mode = mode(retention.child("Mode").strip()).orElseThrow(Xml::malformed);
        String days = retention.child("Days").strip();
        String years = retention.child("Years").strip();
        if (days.isEmpty() == years.isEmpty()) {
            throw Xml.malformed();
        }
        LockRule.Unit unit = years.isEmpty() ? LockRule.Unit.DAYS : LockRule.Unit.YEARS;
        String text = years.isEmpty() ? days : years;
        if (!text.matches("-?\\d{1,9}")) {
            throw Xml.malformed();
        }
        int length = Integer.parseInt(text);
        if (length < 1 || length > unit.most()) {
            throw new Failure(
                    ErrorCode.INVALID_RETENTION_PERIOD,
                    length < 1
                            ? "Default retention period must be a positive integer value."
                            : "Default retention period too large: it has at most "
                                    + unit.most()
                                    + " "
                                    + unit.name().toLowerCase(java.util.Locale.ROOT)
                                    + ".");
        }
        return new LockRule(mode, length, unit);
    }
}
