package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A webhook on loopback, which verifies what it is sent as its reader would. */
public final class Receiver implements AutoCloseable {
    /** Longest wait for something that has to come. */
    private static final int PATIENCE = 20;

    private final HttpServer server;
    private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
    private volatile ToIntFunction<Got> answer = _ -> 200;
    private volatile String secret = "";

    /** What came. @param id which stays the same when it comes again */
    public record Got(String id, String body) {
        /** The text of the first member of a name; empty when there is none. */
        public String text(String member) {
            Matcher found = Pattern.compile('"' + member + "\":\"?([^\",}]*)").matcher(body);
            return found.find() ? found.group(1) : "";
        }

        /** Type and key. */
        String what() {
            return text("eventName") + " " + text("key");
        }
    }

    /** At a free port. */
    public Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/hook", this::take);
        server.start();
    }

    /** Where it is. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** Verifies with a secret as an operator was shown it. */
    public void trust(String shown) {
        secret = shown;
    }

    /** Answers so from now on. */
    public void answer(ToIntFunction<Got> status) {
        answer = status;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
            String signed = exchange.getRequestHeaders().getFirst("webhook-signature");
            Got one = new Got(id, new String(body, StandardCharsets.UTF_8));
            boolean genuine =
                    ("v1," + signature(id + "." + time + "." + one.body())).equals(signed);
            int status = genuine ? answer.applyAsInt(one) : 401;
            if (genuine && status / 100 == 2) {
                got.add(one);
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private String signature(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next that it takes. */
    public Got next() throws InterruptedException {
        Got next = got.poll(PATIENCE, TimeUnit.SECONDS);
        assertNotNull(next, "no event came");
        return next;
    }

    /** The next so many, each as type and key. */
    List<String> next(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next().what());
        }
        return all;
    }

    /** Nothing is left that came. */
    public void expectNothing() {
        assertEquals(List.of(), List.copyOf(got));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
