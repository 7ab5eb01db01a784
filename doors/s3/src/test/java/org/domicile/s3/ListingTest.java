package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ListingTest extends DoorTest {
    private static final String[] PIECES = {
        "a",
        "b",
        "/",
        "//",
        "z",
        "\u00e4",
        "\uff5e",
        "\ud83d\ude00",
        "+",
        "%",
        " ",
        "&",
        "\u0001",
        "."
    };

    private static int bytewise(String one, String two) {
        return Arrays.compareUnsigned(
                one.getBytes(StandardCharsets.UTF_8), two.getBytes(StandardCharsets.UTF_8));
    }

    private static String random(Random random, int most) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(most) + 1; i > 0; i--) {
            name.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return name.toString();
    }

    /** What a listing gives, in one row: keys, and prefixes in brackets. */
    private static List<String> model(
            TreeSet<String> names, String prefix, String delimiter, String after) {
        List<String> rows = new ArrayList<>();
        for (String name : names) {
            if (!name.startsWith(prefix)) {
                continue;
            }
            int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
            String row = end < 0 ? name : name.substring(0, end + delimiter.length());
            if (bytewise(row, after) <= 0) {
                continue;
            }
            // A place inside a group is behind the group, which sorts before it.
            if (end >= 0 && after.startsWith(row)) {
                continue;
            }
            String shown = end < 0 ? name : "[" + row + "]";
            if (rows.isEmpty() || !rows.getLast().equals(shown)) {
                rows.add(shown);
            }
        }
        return rows;
    }

    private static String encoded(String text) {
        return Percent.encode(text).replace("/", "%2F");
    }

    /** A page's rows in order, and its checks. */
    private static List<String> rows(Client.Reply page) {
        List<String> rows = new ArrayList<>(page.elements("Key"));
        for (String prefix : page.elements("CommonPrefixes")) {
            rows.add("[" + prefix.replace("<Prefix>", "").replace("</Prefix>", "") + "]");
        }
        rows.replaceAll(row -> Percent.decode(row, Percent.Plus.PLUS));
        rows.sort((one, two) ->
                bytewise(one.replaceAll("^\\[|]$", ""), two.replaceAll("^\\[|]$", "")));
        return rows;
    }

    @Test
    void pagesAreWhatAModelSays() throws IOException {
        Random random = random();
        TreeSet<String> names = new TreeSet<>(ListingTest::bytewise);
        for (int i = 0; i < 150; i++) {
            String name = random(random, 5);
            names.add(name);
            assertEquals(200, client.put(bucket + "/" + encoded(name), "").status());
        }
        for (int round = 0; round < 40; round++) {
            String prefix = random.nextInt(3) == 0 ? random(random, 2) : "";
            String delimiter = random.nextInt(3) > 0 ? PIECES[random.nextInt(4)] : "";
            String start = random.nextInt(3) == 0 ? random(random, 4) : "";
            int limit = random.nextInt(5) == 0 ? 1_000 : random.nextInt(7) + 1;
            List<String> wanted = model(names, prefix, delimiter, start);
            String frame =
                    bucket
                            + "?encoding-type=url&prefix="
                            + encoded(prefix)
                            + "&delimiter="
                            + encoded(delimiter)
                            + "&max-keys="
                            + limit;
            assertEquals(wanted, second(frame, start, limit), frame + " after " + start);
            assertEquals(wanted, first(frame, start, limit), frame + " after " + start);
        }
    }

    private List<String> second(String frame, String start, int limit) throws IOException {
        List<String> all = new ArrayList<>();
        String more = "&start-after=" + encoded(start);
        while (true) {
            Client.Reply page = client.get(frame + "&list-type=2" + more);
            assertEquals(200, page.status(), page.text());
            List<String> rows = rows(page);
            assertEquals(Integer.toString(rows.size()), page.element("KeyCount"));
            all.addAll(rows);
            if (page.element("IsTruncated").equals("false")) {
                assertEquals("", page.element("NextContinuationToken"));
                return all;
            }
            assertEquals(limit, rows.size());
            more =
                    "&continuation-token="
                            + page.element("NextContinuationToken")
                            + "&start-after="
                            + encoded(start);
        }
    }

    private List<String> first(String frame, String start, int limit) throws IOException {
        List<String> all = new ArrayList<>();
        String marker = encoded(start);
        while (true) {
            Client.Reply page = client.get(frame + "&marker=" + marker);
            List<String> rows = rows(page);
            all.addAll(rows);
            if (page.element("IsTruncated").equals("false")) {
                return all;
            }
            assertEquals(limit, rows.size());
            String next = page.element("NextMarker");
            // Only listings with a delimiter say where to go on; else it is the last key.
            marker = next.isEmpty() ? encoded(rows.getLast()) : next;
        }
    }

    @Test
    void versionsOfAnUnversionedBucketInPages() throws IOException {
        for (String name : List.of("a", "b/1", "b/2", "c")) {
            client.put(bucket + "/" + name, name);
        }
        List<String> all = new ArrayList<>();
        String more = "";
        while (true) {
            Client.Reply page = client.get(bucket + "?versions&max-keys=1&delimiter=/" + more);
            all.addAll(rows(page));
            assertTrue(page.elements("IsLatest").stream().allMatch("true"::equals));
            assertTrue(page.elements("VersionId").stream().allMatch("null"::equals));
            if (page.element("IsTruncated").equals("false")) {
                break;
            }
            more = "&key-marker=" + page.element("NextKeyMarker");
            if (!page.element("NextVersionIdMarker").isEmpty()) {
                more += "&version-id-marker=" + page.element("NextVersionIdMarker");
            }
        }
        assertEquals(List.of("a", "[b/]", "c"), all);
        failed(400, "InvalidArgument", client.get(bucket + "?versions&version-id-marker=null"));
        failed(
                400,
                "InvalidArgument",
                client.get(bucket + "?versions&key-marker=a&version-id-marker=nonsense"));
    }

    @Test
    void whatAPageSays() throws IOException {
        client.put(bucket + "/k", "body");
        Client.Reply two = client.get(bucket + "?list-type=2");
        assertEquals(bucket.substring(1), two.element("Name"));
        assertEquals("1000", two.element("MaxKeys"));
        assertEquals("4", two.element("Size"));
        assertEquals("\"841a2d689ad86bd1611447453c22c6fc\"", two.element("ETag"));
        assertEquals("STANDARD", two.element("StorageClass"));
        assertEquals("CRC64NVME", two.element("ChecksumAlgorithm"));
        assertEquals("FULL_OBJECT", two.element("ChecksumType"));
        assertEquals(List.of(), two.elements("Owner"));
        assertEquals(List.of(), two.elements("Delimiter"));
        assertTrue(two.element("LastModified").endsWith("Z"));
        assertEquals("main", client.get(bucket + "?list-type=2&fetch-owner=true").element("ID"));
        assertEquals("main", client.get(bucket).element("ID"));
        assertEquals(List.of(""), client.get(bucket).elements("Marker"));
    }

    @Test
    void countsAndTokens() throws IOException {
        client.put(bucket + "/k", "");
        Client.Reply zero = client.get(bucket + "?list-type=2&max-keys=0");
        assertEquals("false", zero.element("IsTruncated"));
        assertEquals("0", zero.element("KeyCount"));
        assertEquals("1000", client.get(bucket + "?max-keys=5000").element("MaxKeys"));
        for (String bad : List.of("-1", "x", "2147483648", "1.5", "%0a", "99999999999999999999")) {
            failed(400, "InvalidArgument", client.get(bucket + "?max-keys=" + bad));
        }
        Client.Reply empty = client.get(bucket + "?list-type=2&continuation-token=");
        assertEquals(List.of(""), empty.elements("ContinuationToken"));
        assertEquals(List.of("k"), empty.elements("Key"));
        for (String bad : List.of("x", "!", "AQ", "AmFi", "Af8", "A".repeat(3_000))) {
            failed(
                    400,
                    "InvalidArgument",
                    client.get(bucket + "?list-type=2&continuation-token=" + bad));
        }
        failed(400, "InvalidArgument", client.get(bucket + "?encoding-type=base64"));
        failed(400, "KeyTooLongError", client.get(bucket + "?prefix=" + "x".repeat(1_025)));
        failed(400, "InvalidURI", client.get(bucket + "?prefix=%ff"));
    }

    @Test
    void encodedNames() throws IOException {
        for (String name : List.of("foo%2B1/bar", "foo/bar/xyzzy", "quux%20ab/thud", "asdf%2Bb")) {
            client.put(bucket + "/" + name, "");
        }
        Client.Reply page = client.get(bucket + "?delimiter=/&encoding-type=url");
        assertEquals(List.of("asdf%2Bb"), page.elements("Key"));
        assertEquals(
                List.of(
                        "<Prefix>foo%2B1/</Prefix>",
                        "<Prefix>foo/</Prefix>", "<Prefix>quux%20ab/</Prefix>"),
                page.elements("CommonPrefixes"));
        assertEquals("url", page.element("EncodingType"));
        // A plus in a query is a space.
        assertEquals(
                List.of("quux ab/thud"), client.get(bucket + "?prefix=quux+ab").elements("Key"));
    }
}
