package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * The AWS SDK for Java 2.x doing what programs do with it: its plain client as it comes, and the
 * client and the transfer manager over the CRT, which uploads in parts and downloads in ranges.
 */
@Timeout(120)
class JavaSdkTest {
    private static final int LARGE = 20 << 20;

    @TempDir static Path folder;
    private static Server server;
    private static StaticCredentialsProvider credentials;
    private static Region region;

    @BeforeAll
    static void up() throws Exception {
        Site.Folder site = new Site.Folder(folder);
        site.prepare(0);
        server =
                Server.start(
                        new Server.Start(
                                site.data(0),
                                site.keys(0),
                                folder.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of()));
        server.awaitReady();
        Signature first = server.signature();
        credentials =
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(first.accessKey(), first.secret()));
        region = Region.of(first.region());
    }

    @AfterAll
    static void down() throws InterruptedException {
        server.close();
    }

    private static S3Client client() throws IOException {
        return S3Client.builder()
                .endpointOverride(server.s3())
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .build();
    }

    private static String refusal(Runnable call) {
        return assertThrows(S3Exception.class, call::run).awsErrorDetails().errorCode();
    }

    @Test
    void programsReadAndWrite() throws IOException {
        String bucket = "java-objects";
        byte[] body = new Content(1, 70_000).bytes();
        try (S3Client s3 = client()) {
            s3.createBucket(each -> each.bucket(bucket));
            s3.putObject(
                    each ->
                            each.bucket(bucket)
                                    .key("a b/ü+")
                                    .contentType("text/x-test")
                                    .metadata(java.util.Map.of("unit", "mm")),
                    RequestBody.fromBytes(body));
            assertArrayEquals(
                    body,
                    s3.getObjectAsBytes(each -> each.bucket(bucket).key("a b/ü+")).asByteArray());
            HeadObjectResponse head =
                    s3.headObject(each ->
                            each.bucket(bucket).key("a b/ü+").checksumMode(ChecksumMode.ENABLED));
            assertEquals("mm", head.metadata().get("unit"));
            assertEquals("text/x-test", head.contentType());
            assertTrue(head.checksumCRC32() != null || head.checksumCRC64NVME() != null);
            assertArrayEquals(
                    new byte[] {body[69_999]},
                    s3.getObjectAsBytes(each -> each.bucket(bucket).key("a b/ü+").range("bytes=-1"))
                            .asByteArray());
            s3.copyObject(each ->
                    each.sourceBucket(bucket)
                            .sourceKey("a b/ü+")
                            .destinationBucket(bucket)
                            .destinationKey("copy"));
            s3.putObjectTagging(each ->
                    each.bucket(bucket)
                            .key("copy")
                            .tagging(tags ->
                                    tags.tagSet(Tag.builder().key("k").value("v").build())));
            assertEquals(
                    "v",
                    s3.getObjectTagging(each -> each.bucket(bucket).key("copy"))
                            .tagSet()
                            .getFirst()
                            .value());
            assertEquals(
                    List.of("a b/", "copy"),
                    s3
                            .listObjectsV2Paginator(
                                    each -> each.bucket(bucket).delimiter("/").maxKeys(1))
                            .stream()
                            .flatMap(page ->
                                    java.util.stream.Stream.concat(
                                            page.commonPrefixes().stream()
                                                    .map(CommonPrefix::prefix),
                                            page.contents().stream().map(S3Object::key)))
                            .toList());
            assertEquals(
                    2,
                    s3.deleteObjects(each ->
                                    each.bucket(bucket)
                                            .delete(
                                                    Delete.builder()
                                                            .objects(named("a b/ü+"), named("copy"))
                                                            .build()))
                            .deleted()
                            .size());
            s3.deleteBucket(each -> each.bucket(bucket));
            assertThrows(
                    NoSuchBucketException.class,
                    () -> s3.listObjectsV2(each -> each.bucket(bucket)));
        }
    }

    private static ObjectIdentifier named(String key) {
        return ObjectIdentifier.builder().key(key).build();
    }

    @Test
    void conditionsAndVersions() throws IOException {
        String bucket = "java-versions";
        try (S3Client s3 = client()) {
            s3.createBucket(each -> each.bucket(bucket));
            s3.putBucketVersioning(each ->
                    each.bucket(bucket)
                            .versioningConfiguration(
                                    to -> to.status(BucketVersioningStatus.ENABLED)));
            String first =
                    s3.putObject(
                                    each -> each.bucket(bucket).key("k").ifNoneMatch("*"),
                                    RequestBody.fromString("one"))
                            .versionId();
            assertEquals(
                    "PreconditionFailed",
                    refusal(() ->
                            s3.putObject(
                                    each -> each.bucket(bucket).key("k").ifNoneMatch("*"),
                                    RequestBody.fromString("two"))));
            s3.deleteObject(each -> each.bucket(bucket).key("k"));
            assertThrows(
                    NoSuchKeyException.class,
                    () -> s3.getObjectAsBytes(each -> each.bucket(bucket).key("k")));
            assertEquals(
                    "one",
                    s3.getObjectAsBytes(each -> each.bucket(bucket).key("k").versionId(first))
                            .asUtf8String());
            assertEquals(
                    1, s3.listObjectVersions(each -> each.bucket(bucket)).deleteMarkers().size());
        }
    }

    @Test
    void aLinkIsForWhoeverHasIt() throws Exception {
        String bucket = "java-links";
        try (S3Client s3 = client();
                S3Presigner presigner =
                        S3Presigner.builder()
                                .endpointOverride(server.s3())
                                .region(region)
                                .credentialsProvider(credentials)
                                .serviceConfiguration(
                                        S3Configuration.builder()
                                                .pathStyleAccessEnabled(true)
                                                .build())
                                .build();
                HttpClient http = HttpClient.newHttpClient()) {
            s3.createBucket(each -> each.bucket(bucket));
            s3.putObject(each -> each.bucket(bucket).key("k"), RequestBody.fromString("by link"));
            URI link =
                    presigner
                            .presignGetObject(each ->
                                    each.signatureDuration(Duration.ofMinutes(1))
                                            .getObjectRequest(get -> get.bucket(bucket).key("k")))
                            .url()
                            .toURI();
            assertEquals("by link", got(http, link).body());
            assertEquals(403, got(http, URI.create(link + "0")).statusCode());
        }
    }

    private static HttpResponse<String> got(HttpClient http, URI link)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(link).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void overTheCrtInParts() throws Exception {
        String bucket = "java-crt";
        Path source = folder.resolve("large");
        Files.write(source, new Content(2, LARGE).bytes());
        try (S3AsyncClient s3 =
                        S3AsyncClient.crtBuilder()
                                .endpointOverride(server.s3())
                                .region(region)
                                .credentialsProvider(credentials)
                                .forcePathStyle(true)
                                .minimumPartSizeInBytes(5L << 20)
                                .build();
                S3TransferManager transfers = S3TransferManager.builder().s3Client(s3).build()) {
            s3.createBucket(each -> each.bucket(bucket)).get(60, TimeUnit.SECONDS);
            String etag =
                    transfers
                            .uploadFile(each ->
                                    each.source(source)
                                            .putObjectRequest(put -> put.bucket(bucket).key("k")))
                            .completionFuture()
                            .get(60, TimeUnit.SECONDS)
                            .response()
                            .eTag();
            assertTrue(etag.endsWith("-4\""), etag);
            Path back = folder.resolve("back");
            transfers
                    .downloadFile(each ->
                            each.destination(back)
                                    .getObjectRequest(get -> get.bucket(bucket).key("k")))
                    .completionFuture()
                    .get(60, TimeUnit.SECONDS);
            assertEquals(-1, Files.mismatch(source, back));
            s3.putObject(
                            each -> each.bucket(bucket).key("small"),
                            AsyncRequestBody.fromString("small"))
                    .get(60, TimeUnit.SECONDS);
            assertEquals(
                    "small",
                    s3.getObject(
                                    each -> each.bucket(bucket).key("small"),
                                    AsyncResponseTransformer.<GetObjectResponse>toBytes())
                            .get(60, TimeUnit.SECONDS)
                            .asUtf8String());
        }
    }
}
