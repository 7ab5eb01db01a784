package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.domicile.guard.Attributes;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.http.Headers;

/** What requests say of an object beside its bytes, and how answers say it. */
final class Drafts {
    private static final String META = "x-amz-meta-";
    private static final String CHUNKED = "aws-chunked";

    /** S3 user guide, "Working with object metadata": user metadata, names and values. */
    private static final int MOST_USER = 2 << 10;

    /** The same: all of a PUT's header section. We count what is kept. */
    private static final int MOST_HEADERS = 8 << 10;

    /** Standard fields that are kept, and that a read may be asked to answer otherwise. */
    static final List<String> KEPT =
            List.of(
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-type",
                    "expires");

    /**
     * Where a page that shows the object is to go instead; kept and answered, acted on by nobody.
     */
    static final String REDIRECT = Attributes.REDIRECT;

    /** S3 API Reference, PutObject: the length of a redirect's target. */
    private static final int LONGEST_REDIRECT = 2 << 10;

    static final List<String> ALGORITHMS =
            List.of("crc32", "crc32c", "crc64nvme", "sha1", "sha256");

    private Drafts() {}

    /** Of an object that comes whole. */
    static GuardedObjects.Draft whole(Call call) {
        return draft(call, "", Attributes.ChecksumType.FULL_OBJECT);
    }

    /**
     * @throws Failure METADATA_TOO_LARGE, REQUEST_HEADER_SECTION_TOO_LARGE
     */
    static GuardedObjects.Draft draft(Call call, String algorithm, Attributes.ChecksumType type) {
        return new GuardedObjects.Draft(
                        standard(call),
                        user(call),
                        Tags.ofField(call),
                        ObjectLocks.asked(call),
                        algorithm,
                        type)
                .sealed(Encryptions.asked(call));
    }

    private static Map<String, String> standard(Call call) {
        Map<String, String> headers = new LinkedHashMap<>(8);
        int size = 0;
        for (String name : KEPT) {
            String value = call.field(name);
            if (name.equals("content-encoding")) {
                value = withoutChunked(value);
            }
            if (!value.isEmpty()) {
                headers.put(name, value);
                size += name.length() + value.length();
            }
        }
        String redirect = redirect(call);
        if (!redirect.isEmpty()) {
            headers.put(REDIRECT, redirect);
        }
        if (size > MOST_HEADERS) {
            throw new Failure(
                    ErrorCode.REQUEST_HEADER_SECTION_TOO_LARGE,
                    "The request's headers exceed the maximum allowed size of 8 KB.");
        }
        return headers;
    }

    private static String redirect(Call call) {
        String to = call.field(REDIRECT);
        if (!to.isEmpty()
                && (to.length() > LONGEST_REDIRECT
                        || !to.startsWith("/")
                                && !to.startsWith("http://")
                                && !to.startsWith("https://"))) {
            throw new Failure(
                    ErrorCode.INVALID_REDIRECT_LOCATION,
                    "The website redirect location must have a prefix of 'http://' or 'https://' or"
                            + " '/', and at most 2048 characters.");
        }
        return to;
    }

    /** {@code aws-chunked} is how the body travelled, not what the object is. */
    private static String withoutChunked(String encoding) {
        if (!encoding.regionMatches(true, 0, CHUNKED, 0, CHUNKED.length())
                && !encoding.toLowerCase(Locale.ROOT).contains(CHUNKED)) {
            return encoding;
        }
        StringBuilder kept = new StringBuilder();
        for (String coding : encoding.split(",", -1)) {
            String one = coding.strip();
            if (!one.isEmpty() && !one.equalsIgnoreCase(CHUNKED)) {
                kept.append(kept.isEmpty() ? "" : ", ").append(one);
            }
        }
        return kept.toString();
    }

    private static Map<String, String> user(Call call) {
        Map<String, String> user = Map.of();
        int size = 0;
        for (int i = 0; i < call.fields().size(); i++) {
            String field = call.fields().name(i);
            String name = field.startsWith(META) ? field.substring(META.length()) : "";
            if (field.startsWith(META) && !user.containsKey(name)) {
                if (user.isEmpty()) {
                    user = new LinkedHashMap<>();
                }
                String value = call.field(field);
                user.put(name, value);
                size += name.length() + value.length();
            }
        }
        if (size > MOST_USER) {
            throw new Failure(
                    ErrorCode.METADATA_TOO_LARGE,
                    "Your metadata headers exceed the maximum allowed metadata size of 2048"
                            + " bytes.");
        }
        return user;
    }

    /**
     * The condition of a write: If-Match with an ETag or {@code *}, or If-None-Match: {@code *}.
     * If-None-Match with an ETag is refused as AWS refuses it: its reference of PutObject takes the
     * asterisk alone. Some of s3-tests want the ETag honoured, but a client that learnt here to
     * rely on it would fail on S3.
     *
     * @throws Failure NOT_IMPLEMENTED for conditions that S3 has no meaning for
     */
    static Match match(Call call) {
        String none = call.field("if-none-match");
        String some = call.field("if-match");
        if (call.has("if-modified-since") || call.has("if-unmodified-since")) {
            throw Unserved.notImplemented("If-Modified-Since and If-Unmodified-Since on a write");
        }
        if (!none.isEmpty()) {
            if (!none.equals("*") || !some.isEmpty()) {
                throw Unserved.notImplemented(
                        "If-None-Match with a value other than *, or beside If-Match");
            }
            return new Match.Absent();
        }
        return etag(some);
    }

    /**
     * The conditions of a delete (S3 API Reference, DeleteObject): If-Match, and for what is
     * deleted its size and the second in which it was made. S3 has the latter two for directory
     * buckets alone; here they mean the same in every bucket.
     *
     * @throws Failure INVALID_ARGUMENT, NOT_IMPLEMENTED for conditions that S3 has no meaning for
     */
    static Match deletion(Call call) {
        for (String condition :
                List.of("if-none-match", "if-modified-since", "if-unmodified-since")) {
            if (call.has(condition)) {
                throw Unserved.notImplemented(condition + " on a delete");
            }
        }
        return deletion(
                call.field("if-match"),
                call.field("x-amz-if-match-size"),
                call.field("x-amz-if-match-last-modified-time"));
    }

    /** The same from texts, each empty when it was not sent. */
    static Match deletion(String etag, String size, String modified) {
        List<Match> all = new ArrayList<>(3);
        if (!etag.isEmpty()) {
            all.add(etag(etag));
        }
        if (!size.isEmpty()) {
            long bytes = Numbers.parse(size);
            if (bytes < 0) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT, "The size to match is a number of bytes.");
            }
            all.add(new Match.Size(bytes));
        }
        if (!modified.isEmpty()) {
            all.add(
                    new Match.Second(
                            Dates.parse(modified)
                                    .orElseThrow(() ->
                                            new Failure(
                                                    ErrorCode.INVALID_ARGUMENT,
                                                    "The time to match is no date."))));
        }
        return switch (all.size()) {
            case 0 -> new Match.Any();
            case 1 -> all.getFirst();
            default -> new Match.All(all);
        };
    }

    /** If-Match; an ETag with or without quotes. */
    private static Match etag(String text) {
        if (text.isEmpty()) {
            return new Match.Any();
        }
        return text.equals("*") ? new Match.Present() : new Match.Etag(Conditions.bare(text));
    }

    // ---- answers ----------------------------------------------------------------------------

    /** The fields that a read shows of an object, apart from lengths and content type. */
    static void show(Headers headers, Found found, Map<String, String> instead) {
        Attributes attributes = found.attributes();
        attributes
                .headers()
                .forEach((name, value) -> {
                    if (!name.equals("content-type") && !instead.containsKey(name)) {
                        headers.add(wire(name), value);
                    }
                });
        attributes.user().forEach((name, value) -> headers.add(META + name, shown(value)));
        Versions.shown(headers, found);
        ObjectLocks.show(headers, found.lock());
        Lifecycles.show(headers, found.expiry());
        if (!found.tags().isEmpty()) {
            headers.add("x-amz-tagging-count", Integer.toString(found.tags().size()));
        }
    }

    private static String wire(String name) {
        return switch (name) {
            case "cache-control" -> "Cache-Control";
            case "content-disposition" -> "Content-Disposition";
            case "content-encoding" -> "Content-Encoding";
            case "content-language" -> "Content-Language";
            case "expires" -> "Expires";
            default -> name;
        };
    }

    /** Checksums as fields, with their type. */
    static void checksums(Headers headers, Attributes attributes) {
        if (attributes.checksums().isEmpty()) {
            return;
        }
        attributes
                .checksums()
                .forEach((algorithm, value) -> headers.add("x-amz-checksum-" + algorithm, value));
        headers.add("x-amz-checksum-type", attributes.checksumType().name());
    }

    /** Checksums as elements. */
    static void checksums(XmlOut out, Map<String, String> checksums) {
        checksums.forEach((algorithm, value) ->
                out.element("Checksum" + algorithm.toUpperCase(Locale.ROOT), value));
    }

    /**
     * A value of user metadata: ASCII as it came; other bytes in RFC 2047's form, as S3 answers
     * them, since a header cannot say its charset. They are taken for UTF-8 if they are, else for
     * ISO-8859-1.
     */
    static String shown(String value) {
        boolean ascii = true;
        for (int i = 0; i < value.length(); i++) {
            ascii &= value.charAt(i) < 0x80;
        }
        if (ascii) {
            return value;
        }
        byte[] sent = value.getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf8 = sent;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(sent));
        } catch (CharacterCodingException e) {
            utf8 = value.getBytes(StandardCharsets.UTF_8);
        }
        return "=?UTF-8?B?" + Base64.getEncoder().encodeToString(utf8) + "?=";
    }
}
