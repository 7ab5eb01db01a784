package org.domicile.s3client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Listings of versions as servers write them. */
class VersionPageTest {
    private static String version(String key, String id, String date, String latest) {
        return "<Version><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%s</IsLatest><LastModified>%s</LastModified><ETag>\"e\"</ETag><Size>3</Size></Version>"
                .formatted(key, id, latest, date);
    }

    private static String marker(String key, String id, String date, String latest) {
        return "<DeleteMarker><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%s</IsLatest><LastModified>%s</LastModified></DeleteMarker>"
                .formatted(key, id, latest, date);
    }

    private static VersionPage page(String inside) throws RemoteFailure {
        return of(
                ("<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                + inside
                                + "</ListVersionsResult>")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static VersionPage of(byte[] document) throws RemoteFailure {
        return VersionPage.of(RemoteXml.parse(document));
    }

    private static List<String> ids(VersionPage page) {
        return page.versions().stream().map(each -> each.name() + each.id()).toList();
    }

    private static final String NOON = "2026-01-01T12:00:00Z";
    private static final String LATER = "2026-01-01T12:00:01.500Z";

    /** Where kinds are mixed, the server has said the order. */
    @Test
    void theOrderOfAMixedListingHolds() throws RemoteFailure {
        String mixed =
                version("b", "1", NOON, "false")
                        + marker("b", "2", LATER, "true")
                        + version("b", "3", LATER, "false")
                        + version("a", "4", NOON, "true");
        assertEquals(List.of("b1", "b2", "b3", "a4"), ids(page(mixed)));
    }

    /** Where all versions come before all markers, dates say it. */
    @Test
    void twoListsAreMadeOne() throws RemoteFailure {
        String apart =
                version("b", "5", LATER, "true")
                        + version("b", "4", NOON, "false")
                        + version("b", "3", NOON, "false")
                        + version("ü", "1", NOON, "true")
                        + marker("a", "9", NOON, "true")
                        + marker("b", "m", NOON, "false")
                        + marker("b", "n", LATER, "false");
        assertEquals(List.of("a9", "b5", "bn", "bm", "b4", "b3", "ü1"), ids(page(apart)));
    }

    @Test
    void namesAreDecodedWhereTheyAreEncoded() throws RemoteFailure {
        VersionPage page =
                page(
                        "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
                            + "<NextKeyMarker>a%2Bb+c</NextKeyMarker><NextVersionIdMarker>v+1</NextVersionIdMarker>"
                                + version("a%2Bb+c%01", "", NOON, "true"));
        assertEquals(List.of("a+b c\u0001null"), ids(page));
        assertEquals("a+b c", page.afterName());
        assertEquals("v+1", page.afterVersion());
        assertEquals("", page(version("a", "1", NOON, "true")).afterName());
        assertEquals(List.of("a+b1"), ids(page(version("a+b", "1", NOON, "true"))));
    }

    @Test
    void whatIsNoListingIsAFailure() {
        for (String wrong :
                List.of(
                        "",
                        "{}",
                        "<ListBucketResult/>",
                        "<ListVersionsResult>",
                        "<!DOCTYPE x [<!ENTITY e SYSTEM"
                            + " \"file:///etc/passwd\">]><ListVersionsResult>&e;</ListVersionsResult>",
                        "<ListVersionsResult>"
                                + version("a", "1", "noon", "true")
                                + "</ListVersionsResult>",
                        "<ListVersionsResult>"
                                + version("a", "1", NOON, "true").replace(">3<", ">-3<")
                                + "</ListVersionsResult>",
                        "<ListVersionsResult>"
                                + version("a", "1", NOON, "true")
                                        .replace(">3<", ">9000000000000000000<")
                                + "</ListVersionsResult>",
                        "<ListVersionsResult>" + "<a>".repeat(99) + "</ListVersionsResult>",
                        "<ListVersionsResult><EncodingType>url</EncodingType>"
                                + version("a%2", "1", NOON, "true")
                                + "</ListVersionsResult>",
                        "<ListVersionsResult>"
                                + version("a".repeat(5_000), "1", NOON, "true")
                                + "</ListVersionsResult>",
                        "<ListVersionsResult>"
                                + version("a", "1".repeat(2_000), NOON, "true")
                                + "</ListVersionsResult>")) {
            assertThrows(
                    RemoteFailure.class, () -> of(wrong.getBytes(StandardCharsets.UTF_8)), wrong);
        }
        assertThrows(RemoteFailure.class, () -> of(new byte[] {'<', (byte) 0xFF, '>'}));
    }
}
