package org.domicile.s3;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.domicile.guard.Found;
import org.domicile.guard.Match;
import org.domicile.http.Headers;

/** PostObject: what a form uploads is put as a PUT would put it; {@link Forms} has read it. */
final class Posts {
    private Posts() {}

    static void answer(Call call) throws IOException {
        Found found = Writes.store(call, new Match.Any());
        String etag = '"' + found.attributes().etag() + '"';
        String host = call.exchange().headers().first("Host").orElse("");
        String location =
                (call.exchange().secure() ? "https://" : "http://")
                        + host
                        + call.exchange().rawPath().replaceFirst("/$", "")
                        + "/"
                        + Percent.encode(call.name());
        Headers headers = Writes.said(call, found);
        Optional<URI> next = redirect(call.field("success_action_redirect"));
        if (next.isPresent()) {
            String url = next.get().toASCIIString();
            call.empty(
                    303,
                    headers.add(
                            "Location",
                            url
                                    + (next.get().getRawQuery() == null ? '?' : '&')
                                    + "bucket="
                                    + Percent.encode(call.bucket())
                                    + "&key="
                                    + Percent.encode(call.name())
                                    + "&etag="
                                    + Percent.encode(etag)));
            return;
        }
        headers.add("Location", location);
        switch (call.field("success_action_status")) {
            case "200" -> call.empty(200, headers);
            case "201" -> {
                XmlOut out = XmlOut.begin("PostResponse>"); // the one without S3's namespace
                out.element("Location", location)
                        .element("Bucket", call.bucket())
                        .element("Key", call.name())
                        .etag(found.attributes().etag());
                call.xml(201, headers, out.done("PostResponse"));
            }
            default -> call.empty(204, headers);
        }
    }

    /** As S3: what is no address of a page is as if it were not said. */
    private static Optional<URI> redirect(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme());
            return web || "https".equalsIgnoreCase(uri.getScheme())
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
