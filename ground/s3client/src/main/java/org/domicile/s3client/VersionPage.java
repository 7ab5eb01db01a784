package org.domicile.s3client;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A page of all versions, by name, those of a name newest first.
 *
 * @param afterName where the next page begins; empty at the end
 * @param afterVersion the same within the name
 */
public record VersionPage(List<RemoteVersion> versions, String afterName, String afterVersion) {
    /** Ten times what S3 takes for an object. */
    private static final long LARGEST = 50L << 40;

    /** S3's limit of a name is 1,024 bytes; longer ones can still be said to be too long. */
    private static final int LONGEST_NAME = 4_096;

    /** The longest id that S3 gives. */
    private static final int LONGEST = 1_024;

    static VersionPage of(RemoteXml page) throws RemoteFailure {
        if (!page.name().equals("ListVersionsResult")) {
            throw new RemoteFailure(200, "", "the answer is no listing of versions");
        }
        boolean encoded = page.child("EncodingType").equals("url");
        List<RemoteVersion> versions = new ArrayList<>();
        boolean mixed = false;
        String name = "";
        for (RemoteXml each : page.children()) {
            RemoteVersion.Kind kind =
                    each.name().equals("Version")
                            ? RemoteVersion.Kind.OBJECT
                            : RemoteVersion.Kind.MARKER;
            if (kind == RemoteVersion.Kind.MARKER && !each.name().equals("DeleteMarker")) {
                continue;
            }
            mixed |= kind == RemoteVersion.Kind.OBJECT && holdsMarker(versions);
            String own = decoded(each.child("Key"), encoded, LONGEST_NAME);
            name = own.equals(name) ? name : own; // held once, however many versions it has
            versions.add(version(name, each, kind));
        }
        if (!mixed) {
            versions.sort(ORDER);
        }
        return page.child("IsTruncated").equals("true")
                ? new VersionPage(
                        versions,
                        decoded(page.child("NextKeyMarker"), encoded, LONGEST_NAME),
                        limited(page.child("NextVersionIdMarker")))
                : new VersionPage(versions, "", "");
    }

    private static boolean holdsMarker(List<RemoteVersion> versions) {
        return !versions.isEmpty() && versions.getLast().kind() == RemoteVersion.Kind.MARKER;
    }

    /**
     * Some servers list all versions and then all markers. Their order is that of their dates; of
     * the same moment, the newest of its name comes first, and a deletion is taken to have followed
     * what it deleted. Stable: what one kind said of its own order holds.
     */
    private static final Comparator<RemoteVersion> ORDER =
            Comparator.comparing((RemoteVersion each) -> bytes(each.name()))
                    .thenComparing(RemoteVersion::latest, Comparator.reverseOrder())
                    .thenComparing(RemoteVersion::modified, Comparator.reverseOrder())
                    .thenComparing(RemoteVersion::kind, Comparator.reverseOrder());

    /** Names sort by their bytes: as Latin-1, the order of characters is theirs. */
    private static String bytes(String name) {
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static RemoteVersion version(String name, RemoteXml each, RemoteVersion.Kind kind)
            throws RemoteFailure {
        boolean object = kind == RemoteVersion.Kind.OBJECT;
        try {
            return new RemoteVersion(
                    name,
                    each.child("VersionId").isEmpty() ? "null" : limited(each.child("VersionId")),
                    kind,
                    each.child("IsLatest").equals("true"),
                    Instant.parse(each.child("LastModified")),
                    limited(each.child("ETag")).replace("\"", ""),
                    object ? size(each.child("Size")) : 0);
        } catch (DateTimeException | NumberFormatException e) {
            throw new RemoteFailure(200, "", "a listing has no date or size: " + e.getMessage());
        }
    }

    private static long size(String text) {
        long size = Long.parseLong(text);
        if (size < 0 || size > LARGEST) {
            throw new NumberFormatException("a size of " + size);
        }
        return size;
    }

    private static String decoded(String text, boolean encoded, int longest) throws RemoteFailure {
        try {
            String name = encoded ? URLDecoder.decode(text, StandardCharsets.UTF_8) : text;
            if (name.length() > longest) {
                throw new RemoteFailure(
                        200, "", "a name in the listing has more than " + longest + " characters");
            }
            return name;
        } catch (IllegalArgumentException e) {
            throw new RemoteFailure(200, "", "a name in the listing is not encoded as it says");
        }
    }

    /** Many of them are held, so none may be as long as somebody likes. */
    private static String limited(String text) throws RemoteFailure {
        if (text.length() > LONGEST) {
            throw new RemoteFailure(
                    200, "", "an id in the listing has more than " + LONGEST + " characters");
        }
        return text;
    }
}
