package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.DefaultEncryption;
import org.domicile.guard.Encryption;

/**
 * Default encryption of buckets (S3 API Reference, GetBucketEncryption and its kin). A bucket where
 * nothing was set answers that nothing was: AWS has answered AES256 since January 2023, when it
 * began to encrypt everything, but everybody who asks knows how to read the older answer, and it is
 * what s3-tests, the anchor of this door, wants.
 */
final class DefaultEncryptions {
    private static final int LONGEST_DOCUMENT = 64 << 10;
    private static final int LONGEST_NAME = 2_048;
    private static final String ROOT = "ServerSideEncryptionConfiguration";
    private static final String BY_DEFAULT = "ApplyServerSideEncryptionByDefault";

    private DefaultEncryptions() {}

    static void get(Call call) throws IOException {
        DefaultEncryption found =
                DefaultEncryption.decode(
                        BucketDocuments.of(
                                call,
                                BucketSetting.ENCRYPTION,
                                ErrorCode.SERVER_SIDE_ENCRYPTION_NOT_FOUND,
                                "The server side encryption configuration was not found."));
        call.xml(document(found));
    }

    static ByteBuffer document(DefaultEncryption found) {
        XmlOut out = XmlOut.document(ROOT, 512);
        out.open("Rule").open(BY_DEFAULT);
        if (found.encryption() instanceof Encryption.Named(String name)) {
            out.element("SSEAlgorithm", "aws:kms");
            if (!name.isEmpty()) {
                out.element("KMSMasterKeyID", name);
            }
        } else {
            out.element("SSEAlgorithm", "AES256");
        }
        out.close(BY_DEFAULT)
                .element("BucketKeyEnabled", Boolean.toString(found.spared()))
                .close("Rule");
        return out.done(ROOT);
    }

    static void put(Call call) throws IOException {
        DefaultEncryption wanted = parse(call.document(LONGEST_DOCUMENT));
        BucketDocuments.set(call, BucketSetting.ENCRYPTION, ByteBuffer.wrap(wanted.encode()));
        call.empty(200, call.headers());
    }

    /**
     * @throws Failure MALFORMED_XML, INVALID_ARGUMENT, NOT_IMPLEMENTED
     */
    static DefaultEncryption parse(byte[] document) {
        Xml asked = Xml.parse(document, ROOT);
        List<Xml> rules =
                asked.children().stream().filter(each -> each.name().equals("Rule")).toList();
        if (rules.size() != 1) {
            throw Xml.malformed();
        }
        Xml rule = rules.getFirst();
        if (rule.first("BlockedEncryptionTypes").isPresent()) {
            throw new Failure(
                    ErrorCode.NOT_IMPLEMENTED, "Blocking encryption types is not implemented.");
        }
        return new DefaultEncryption(encryption(rule), spared(rule));
    }

    /** As on S3, the key need not be there yet; a write that needs it is refused until it is. */
    private static Encryption encryption(Xml rule) {
        Xml standard = rule.first(BY_DEFAULT).orElseThrow(Xml::malformed);
        String name = standard.child("KMSMasterKeyID").strip();
        if (name.length() > LONGEST_NAME || name.indexOf('\n') >= 0) {
            throw Xml.malformed();
        }
        return switch (standard.child("SSEAlgorithm").strip()) {
            case "AES256" -> {
                if (!name.isEmpty()) {
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "a KMSMasterKeyID is not applicable if the default sse algorithm is not"
                                    + " aws:kms or aws:kms:dsse");
                }
                yield new Encryption.Own();
            }
            case "aws:kms" -> new Encryption.Named(name);
            case "aws:kms:dsse" ->
                    throw new Failure(
                            ErrorCode.NOT_IMPLEMENTED, "aws:kms:dsse is not implemented.");
            default -> throw Xml.malformed();
        };
    }

    private static boolean spared(Xml rule) {
        return switch (rule.child("BucketKeyEnabled").strip()) {
            case "true" -> true;
            case "", "false" -> false;
            default -> throw Xml.malformed();
        };
    }

    static void delete(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.ENCRYPTION);
        call.empty(204, call.headers());
    }
}
