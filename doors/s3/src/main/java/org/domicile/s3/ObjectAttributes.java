package org.domicile.s3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.Attributes;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedObjects.Got;
import org.domicile.http.Headers;

/** GetObjectAttributes: what is known of an object, by name, without a byte of it. */
final class ObjectAttributes {
    private static final String NAMES = "x-amz-object-attributes";
    private static final String MOST = "x-amz-max-parts";
    private static final String MARKER = "x-amz-part-number-marker";
    private static final int PAGE = 1_000;

    /** What can be asked for, in the order of the answer. */
    private enum Attribute {
        ETAG("ETag"),
        CHECKSUM("Checksum"),
        OBJECT_PARTS("ObjectParts"),
        STORAGE_CLASS("StorageClass"),
        OBJECT_SIZE("ObjectSize");

        private final String word;

        Attribute(String word) {
            this.word = word;
        }
    }

    private ObjectAttributes() {}

    static void answer(Call call) throws IOException {
        List<Attribute> wanted = wanted(call.field(NAMES));
        int most = Math.min(PAGE, count(call, MOST, PAGE));
        int after = count(call, MARKER, 0);
        Optional<String> version = call.version();
        String action =
                version.isPresent() ? "s3:GetObjectVersionAttributes" : call.operation().action();
        Got got = call.guarded().facts(action, call.bucket(), call.name(), version);
        if (!(got instanceof Got.Object(Found found, GuardedObjects.Content content))) {
            Reads.absent(call, got, version.isPresent());
            return;
        }
        content.close();
        XmlOut out = XmlOut.document("GetObjectAttributesResponse", 1_024);
        for (Attribute each : wanted) {
            switch (each) {
                case ETAG -> out.element("ETag", found.attributes().etag());
                case CHECKSUM -> checksum(out, found.attributes());
                case OBJECT_PARTS -> parts(out, found, after, most);
                case STORAGE_CLASS -> out.element("StorageClass", "STANDARD");
                case OBJECT_SIZE -> out.element("ObjectSize", found.size());
            }
        }
        Headers headers = call.headers().add("Last-Modified", Dates.http(found.modified()));
        Versions.shown(headers, found);
        call.xml(200, headers, out.done("GetObjectAttributesResponse"));
    }

    private static List<Attribute> wanted(String field) {
        List<Attribute> wanted = new ArrayList<>();
        List<String> names = List.of(field.strip().split("\\s*,\\s*", -1));
        for (Attribute each : Attribute.values()) {
            if (names.contains(each.word)) {
                wanted.add(each);
            }
        }
        for (String name : names) {
            if (wanted.stream().noneMatch(each -> each.word.equals(name))) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "Invalid attribute name specified: "
                                + NAMES
                                + " lists ETag, Checksum,"
                                + " ObjectParts, StorageClass and ObjectSize.");
            }
        }
        return wanted;
    }

    private static int count(Call call, String field, int otherwise) {
        if (!call.has(field)) {
            return otherwise;
        }
        long number = Numbers.parse(call.field(field));
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT, field + " is a whole number from 0 to 2147483647.");
        }
        return (int) number;
    }

    private static void checksum(XmlOut out, Attributes attributes) {
        if (!attributes.checksums().isEmpty()) {
            out.open("Checksum");
            Drafts.checksums(out, attributes.checksums());
            out.element("ChecksumType", attributes.checksumType().name()).close("Checksum");
        }
    }

    /** The parts of an object that was uploaded in parts, from a number on. */
    private static void parts(XmlOut out, Found found, int after, int most) {
        if (found.origin() != Found.Origin.PARTS) {
            return;
        }
        int count = found.parts().size();
        int from = Math.min(after, count);
        int end = from + Math.min(most, count - from);
        out.open("ObjectParts")
                .element("IsTruncated", Boolean.toString(end < count))
                .element("MaxParts", most);
        if (end < count) {
            out.element("NextPartNumberMarker", end);
        }
        out.element("PartNumberMarker", after).element("PartsCount", count);
        List<String> algorithms = List.copyOf(found.attributes().checksums().keySet());
        for (int i = from; i < end; i++) {
            out.open("Part");
            if (i < found.partChecksums().size()) {
                Drafts.checksums(out, Map.of(algorithms.getFirst(), found.partChecksums().get(i)));
            }
            out.element("PartNumber", i + 1).element("Size", found.parts().get(i)).close("Part");
        }
        out.close("ObjectParts");
    }
}
