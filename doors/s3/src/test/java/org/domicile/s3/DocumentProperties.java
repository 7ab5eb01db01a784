package org.domicile.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.cedar.Validator;
import org.domicile.guard.AclAsked;
import org.domicile.iam.Attachment;
import org.domicile.iam.Compiled;
import org.domicile.iam.IamException;
import org.domicile.iam.S3Schema;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.policy.Acl;
import org.domicile.s3.FuzzTarget.Outcome;

/** What must hold of a document. */
final class DocumentProperties {
    private static final Pattern ROOT = Pattern.compile("<(?:\\w+:)?([A-Za-z]\\w*)");
    private static final int MOST_TAGS = 50;

    private DocumentProperties() {}

    /** What was read can be written, and is read as the same. */
    static Outcome xml(byte[] input) {
        Matcher root = ROOT.matcher(new String(input, UTF_8));
        Xml read;
        try {
            read = Xml.parse(input, root.find() ? root.group(1) : "Tagging");
        } catch (Failure refused) {
            return Outcome.REFUSED;
        }
        StringBuilder text = new StringBuilder();
        write(text, read);
        byte[] written = text.toString().getBytes(UTF_8);
        assertEquals(read, FuzzTarget.again(() -> Xml.parse(written, read.name())));
        return Outcome.ACCEPTED;
    }

    private static void write(StringBuilder out, Xml xml) {
        out.append('<').append(xml.name()).append('>');
        xml.text()
                .chars()
                .forEach(c -> {
                    if (c == '<' || c == '&' || c == '>' || c < ' ') {
                        out.append("&#").append(c).append(';');
                    } else {
                        out.append((char) c);
                    }
                });
        xml.children().forEach(each -> write(out, each));
        out.append("</").append(xml.name()).append('>');
    }

    /**
     * What was taken is shown, and what was shown is taken and is the same. The first byte says
     * which document it is.
     */
    static Outcome documents(byte[] input) {
        if (input.length == 0) {
            return Outcome.REFUSED;
        }
        byte[] document = Arrays.copyOfRange(input, 1, input.length);
        try {
            switch (input[0] & 3) {
                case 0 -> tags(document);
                case 1 -> cors(document);
                case 2 -> lifecycle(document);
                default -> acl(document);
            }
            return Outcome.ACCEPTED;
        } catch (Failure refused) {
            return Outcome.REFUSED;
        }
    }

    private static <T> void shown(T taken, ByteBuffer shown, Function<byte[], T> parse) {
        byte[] bytes = new byte[shown.remaining()];
        shown.duplicate().get(bytes);
        assertEquals(taken, FuzzTarget.again(() -> parse.apply(bytes)));
    }

    private static void tags(byte[] document) {
        Map<String, String> taken = new TreeMap<>(Tags.parse(document, MOST_TAGS));
        shown(
                taken,
                Tags.document(taken).done("Tagging"),
                bytes -> new TreeMap<>(Tags.parse(bytes, MOST_TAGS)));
    }

    private static void cors(byte[] document) {
        List<CorsRule> taken = CorsRule.parse(document);
        shown(taken, CorsRule.document(taken).done(CorsRule.DOCUMENT), CorsRule::parse);
    }

    private static void lifecycle(byte[] document) {
        Lifecycle taken = LifecycleXml.parse(document, Lifecycle.Least.UNSAID);
        shown(
                taken,
                LifecycleXml.document(taken),
                bytes -> LifecycleXml.parse(bytes, Lifecycle.Least.UNSAID));
    }

    private static void acl(byte[] document) {
        if (AclForms.ofDocument(document)
                instanceof AclAsked.Whole(String owner, List<Acl.Grant> grants)) {
            Acl taken = new Acl(owner, grants);
            Acl sorted = FuzzTarget.again(() -> taken(AclForms.ofDocument(bytes(taken))));
            shown(
                    sorted,
                    AclForms.document(taken).done("AccessControlPolicy"),
                    bytes -> taken(AclForms.ofDocument(bytes)));
            assertEquals(grants.size(), sorted.grants().size());
        }
    }

    private static byte[] bytes(Acl acl) {
        ByteBuffer shown = AclForms.document(acl).done("AccessControlPolicy");
        byte[] bytes = new byte[shown.remaining()];
        shown.get(bytes);
        return bytes;
    }

    private static Acl taken(AclAsked asked) {
        return asked instanceof AclAsked.Whole(String owner, List<Acl.Grant> grants)
                ? new Acl(owner, grants)
                : Acl.NONE;
    }

    /** A policy that is valid by the schema of requests, or a refusal that says what is wrong. */
    static Outcome bucketPolicy(byte[] input) {
        try {
            Compiled compiled =
                    Compiled.compile(new String(input, UTF_8), new Attachment.Bucket("data"));
            assertEquals(
                    List.of(),
                    Validator.validate(compiled.policySet(), S3Schema.schema()).errors());
            return Outcome.ACCEPTED;
        } catch (IamException refused) {
            return Outcome.REFUSED;
        }
    }
}
