package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedObjects.Got;
import org.domicile.http.Headers;

/**
 * Tags of objects and of buckets (Amazon S3 User Guide, "Categorizing your objects using tags" and
 * "Using cost allocation S3 bucket tags").
 */
final class Tags {
    private static final int MOST_OF_OBJECT = 10;
    private static final int MOST_OF_BUCKET = 50;
    private static final int LONGEST_KEY = 128;
    private static final int LONGEST_VALUE = 256;

    /** Fifty tags of the longest, escaped, with what is around them. */
    private static final int LONGEST_DOCUMENT = 128 << 10;

    private Tags() {}

    // ---- objects ----------------------------------------------------------------------------

    static void ofObject(Call call) throws IOException {
        Optional<String> version = call.version();
        String action =
                version.isPresent() ? "s3:GetObjectVersionTagging" : call.operation().action();
        Got got = call.guarded().facts(action, call.bucket(), call.name(), version);
        if (got instanceof Got.Object(Found found, GuardedObjects.Content content)) {
            try (content) {
                XmlOut out = document(found.tags());
                Headers headers = call.headers();
                Versions.shown(headers, found);
                call.xml(200, headers, out.done("Tagging"));
            }
        } else {
            Reads.absent(call, got, version.isPresent());
        }
    }

    static void put(Call call) throws IOException {
        Map<String, String> tags = parse(call.document(LONGEST_DOCUMENT), MOST_OF_OBJECT);
        call.setting(tags);
        call.empty(200, change(call, tags));
    }

    static void delete(Call call) throws IOException {
        call.empty(204, change(call, Map.of()));
    }

    private static Headers change(Call call, Map<String, String> tags) {
        return Writes.amended(
                call, call.guarded().tag(call.bucket(), call.name(), call.version(), tags));
    }

    /** What {@code x-amz-tagging} says: pairs as in a query. @throws Failure INVALID_TAG and kin */
    static Map<String, String> ofField(Call call) {
        String field = call.field("x-amz-tagging");
        Map<String, String> tags = new LinkedHashMap<>();
        if (field.isEmpty()) {
            return tags;
        }
        Query pairs;
        try {
            pairs = Query.parse(field);
        } catch (Failure e) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query"
                            + " parameters without tag name duplicates.");
        }
        for (int i = 0; i < pairs.size(); i++) {
            add(tags, pairs.name(i), pairs.value(i));
        }
        checkCount(tags, MOST_OF_OBJECT);
        call.setting(tags);
        return tags;
    }

    // ---- buckets ----------------------------------------------------------------------------

    static void ofBucket(Call call) throws IOException {
        byte[] document =
                BucketDocuments.of(
                        call,
                        BucketSetting.TAGGING,
                        ErrorCode.NO_SUCH_TAG_SET,
                        "The TagSet does not exist: the bucket has no tags.");
        call.xml(document(parse(document, MOST_OF_BUCKET)).done("Tagging"));
    }

    static void putOfBucket(Call call) throws IOException {
        BucketDocuments.set(
                call, BucketSetting.TAGGING, checkedOfBucket(call.document(LONGEST_DOCUMENT)));
        call.empty(204, call.headers());
    }

    /** As it is kept. @throws Failure MALFORMED_XML, INVALID_TAG */
    static ByteBuffer checkedOfBucket(byte[] document) {
        return document(parse(document, MOST_OF_BUCKET)).done("Tagging");
    }

    static void deleteOfBucket(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.TAGGING);
        call.empty(204, call.headers());
    }

    /** What a bucket begins with. @param asked the document of its creation */
    static Map<BucketSetting, byte[]> atCreation(Xml asked) {
        Map<String, String> tags =
                asked.first("Tags").map(set -> set(set, MOST_OF_BUCKET)).orElseGet(Map::of);
        return tags.isEmpty()
                ? Map.of()
                : Map.of(
                        BucketSetting.TAGGING,
                        BucketDocuments.bytes(document(tags).done("Tagging")));
    }

    // ---- both -------------------------------------------------------------------------------

    /** Tags are a set: whatever order they came in, they are shown by key. */
    static XmlOut document(Map<String, String> tags) {
        XmlOut out = XmlOut.document("Tagging", 256 + 128 * tags.size()).open("TagSet");
        new TreeMap<>(tags)
                .forEach((key, value) ->
                        out.open("Tag").element("Key", key).element("Value", value).close("Tag"));
        return out.close("TagSet");
    }

    static Map<String, String> parse(byte[] document, int most) {
        return set(
                Xml.parse(document, "Tagging").first("TagSet").orElseThrow(Xml::malformed), most);
    }

    private static Map<String, String> set(Xml set, int most) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Xml tag : set.children()) {
            if (!tag.name().equals("Tag")
                    || tag.first("Key").isEmpty()
                    || tag.first("Value").isEmpty()) {
                throw Xml.malformed();
            }
            add(tags, tag.child("Key"), tag.child("Value"));
        }
        checkCount(tags, most);
        return tags;
    }

    private static void checkCount(Map<String, String> tags, int most) {
        if (tags.size() > most) {
            throw most == MOST_OF_OBJECT
                    ? new Failure(
                            ErrorCode.BAD_REQUEST, "Object tags cannot be greater than " + most)
                    : invalid("A bucket has at most " + most + " tags.");
        }
    }

    /** Adds a tag. @throws Failure INVALID_TAG */
    static void add(Map<String, String> tags, String key, String value) {
        if (key.isEmpty() || key.codePointCount(0, key.length()) > LONGEST_KEY) {
            throw invalid("The TagKey you have provided is invalid: it has 1 to 128 characters.");
        }
        if (value.codePointCount(0, value.length()) > LONGEST_VALUE) {
            throw invalid(
                    "The TagValue you have provided is invalid: it has up to 256 characters.");
        }
        if (key.regionMatches(true, 0, "aws:", 0, 4)) {
            throw invalid("System tags cannot be added: keys that begin with aws: are kept.");
        }
        if (!plain(key) || !plain(value)) {
            throw invalid(
                    "Keys and values of tags are letters, numbers, spaces and + - = . _ : / @");
        }
        if (tags.putIfAbsent(key, value) != null) {
            throw invalid("Cannot provide multiple Tags with the same key.");
        }
    }

    private static boolean plain(String text) {
        return text.codePoints()
                .allMatch(c ->
                        Character.isLetterOrDigit(c)
                                || Character.isSpaceChar(c)
                                || "+-=._:/@".indexOf(c) >= 0);
    }

    private static Failure invalid(String sentence) {
        return new Failure(ErrorCode.INVALID_TAG, sentence);
    }
}
