package org.domicile.iam;

import java.util.ArrayList;
import java.util.List;

/** Reads Resource: patterns of ARNs of S3. */
record Resources(Part part, Attachment to) {
    List<Pattern> patterns(Json json, Statement.Choice choice) throws IamException {
        List<Pattern> patterns = new ArrayList<>();
        for (Json.Text each : part.texts(json, "a resource")) {
            Pattern pattern = part.pattern(each, Part.Wildcards.YES);
            if (!each.value().equals("*")) {
                check(each, pattern, choice);
            }
            patterns.add(pattern);
        }
        return patterns;
    }

    private void check(Json.Text json, Pattern pattern, Statement.Choice choice)
            throws IamException {
        List<Pattern> parts = pattern.split(Arns.PARTS);
        if (!Arns.isArn(pattern)
                || !parts.get(1).isLike()
                || !parts.get(2).isLike()
                || parts.get(2).pieces().isEmpty()) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + json.value()
                            + "\" is no resource; expected \"*\" or an ARN like"
                            + " arn:aws:s3:::bucket/key*");
        }
        if (to instanceof Attachment.Bucket(String bucket)
                && choice == Statement.Choice.THESE
                && !reaches(parts, bucket)) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + json.value()
                            + "\" is not in this bucket: expected arn:aws:s3:::"
                            + bucket
                            + " or arn:aws:s3:::"
                            + bucket
                            + "/*");
        }
    }

    /** Whether it can name this bucket or something in it. */
    private static boolean reaches(List<Pattern> parts, String bucket) {
        List<Pattern.Piece> pieces = new ArrayList<>();
        for (Pattern.Piece piece : parts.getLast().pieces()) {
            if (piece instanceof Pattern.Piece.Literal(String text) && text.indexOf('/') >= 0) {
                pieces.add(new Pattern.Piece.Literal(text.substring(0, text.indexOf('/'))));
                break;
            }
            pieces.add(piece instanceof Pattern.Piece.Variable ? new Pattern.Piece.Run() : piece);
        }
        return new Pattern(pieces).matches(bucket, _ -> null)
                && parts.get(2).matches("s3", _ -> null);
    }
}
