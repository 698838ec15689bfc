// Prints each event of the topic: its position in the log, its type, whom it is about, and what it says.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Consumer {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, Schema> schemas = new HashMap<>();
  private final String registry;

  Consumer(String registry) {
    this.registry = registry;
  }

  public static void main(String[] arguments) throws Exception {
    new Consumer(arguments[1]).run(arguments[0]);
  }

  void run(String brokers) throws Exception {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", brokers,
        "group.id", "greetings-java",
        "auto.offset.reset", "earliest",
        // Without it you see events of transactions that were taken back.
        "isolation.level", "read_committed",
        "enable.auto.commit", "false",
        "key.deserializer", StringDeserializer.class.getName(),
        "value.deserializer", ByteArrayDeserializer.class.getName());
    try (var consumer = new KafkaConsumer<String, byte[]>(settings)) {
      consumer.subscribe(List.of("kf-evento-events"));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) handle(record);
        // The offset moves when events were handled, not when they were fetched.
        consumer.commitSync();
      }
    }
  }

  private void handle(ConsumerRecord<String, byte[]> record) throws Exception {
    // The host's own history, such as evento.FunctionDeployed, is on the topic too.
    if (header(record, "ce_type").startsWith("evento.")) return;
    System.out.println(String.join(" ",
        header(record, "ce_position"), header(record, "ce_type"), header(record, "ce_subject"), payload(record.value()).toString()));
  }

  /** Confluent's framing: a zero, four bytes of schema number, then Avro. */
  private GenericRecord payload(byte[] value) throws Exception {
    Schema schema = schema(ByteBuffer.wrap(value).getInt(1));
    var decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
    return new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
  }

  /** The schema behind a number of the registry, asked for once. */
  private Schema schema(int id) throws Exception {
    if (!schemas.containsKey(id)) {
      var request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
      var response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) throw new IOException("the registry answered " + response.statusCode() + " for schema " + id);
      String text = new ObjectMapper().readTree(response.body()).get("schema").asText();
      schemas.put(id, new Schema.Parser().parse(text));
    }
    return schemas.get(id);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
