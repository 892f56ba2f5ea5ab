"""What people call the things of a shop, in several languages: each word with the English one we reason in.

Data only. Accents are left out and plurals are given where English rules do not undo them.
"""

from __future__ import annotations

SYNONYMS = {
    # people
    "user": "usr kullanici kullanicilar uye uyeler gebruikers anvandare bruger brugere pengguna uzytkownicy usuario "
    "usuarios usuaria utilisateur utilisateurs benutzer utente utenti gebruiker uzytkownik",
    "customer": "cust musteri musteriler klienci kund kunder client cliente clientes clienti kunde kunden klant "
    "klanten klient consumidor customer cliente",
    "account": "acct conta contas cuenta cuentas compte comptes konto konten conto conti rekening rekeningen",
    "buyer": "comprador compradores acheteur kaufer acquirente",
    "person": "people pessoa pessoas persona personas personne personnes",
    "member": "mitglied membro miembro membre",
    # goods
    "product": "prod urun urunler urunleri producten produkty produkter produk prodotti tovar produto produtos "
    "producto productos produit produits produkt produkte prodotto prodotti",
    "article": "artikel artikelen artiklar articulo articulos artigo artigos articolo articoli",
    "good": "goods mercadoria mercadorias mercancia marchandise ware waren merchandise",
    "book": "livro livros libro libros livre livres buch bucher",
    "category": "cat warengruppe warengruppen "
    "kategori kategoriler kategorileri kategorie categorieen kategorier kategorije categ categoria "
    "categorias categorie categories kategorie kategorien kategoria rubrique rubrik",
    "genre": "genero generos",
    "variant": "variante variantes varianten variacao",
    # orders
    "order": "ord siparis siparisler bestellingen zamowienia ordrar ordre ordrer pesanan ordini pedido pedidos orden "
    "ordenes encomenda encomendas commande commandes bestellung bestellungen bestell "
    "auftrag auftrage ordine ordini bestelling zamowienie zamowienia",
    "purchase": "compra compras achat achats einkauf acquisto acquisti",
    "sale": "venda vendas venta ventas vente ventes verkauf verkaufe vendita vendite sales",
    "invoice": "fatura faturas factura facturas facture factures rechnung fattura",
    "item": "kalem kalemler kalemi kalemleri itens elemento elementos",
    "line": "regel regels satir satirlar rad rader linha linhas linea lineas ligne lignes zeile riga righe",
    "position": "positionen posicao posicion posten pozycja pos",
    "detail": "detay detaylar detaylari detalle detalles detalhe detalhes dettaglio dettagli einzelheit",
    "cart": "sepet koszyk carrinho carrinhos carrito carritos panier warenkorb carrello basket bag",
    "payment": "odeme odemeler platnosc platnosci betaling pagamento pagamentos pago pagos paiement zahlung "
    "pagamento pay",
    "review": "yorum yorumlar avaliacao avaliacoes resena resenas avis bewertung bewertungen recensione rating ratings",
    "address": "lieferadresse lieferadressen rechnungsadresse rechnungsadressen anschrift anschriften domicilios "
    "adresler adresy addr endereco enderecos direccion direcciones domicilio adresse adressen adresses "
    "indirizzo adres",
    "shipment": "shipping envio entrega livraison versand spedizione lieferung delivery",
    "coupon": "cupom cupon voucher gutschein",
    "wishlist": "favorito favoritos favorite favorites merkliste",
    # attributes
    "quantity": "adet miktar miktari antal jumlah stueckzahl stuckzahl liczba maara qty qnt qtd qtde qte cant "
    "quantidade quantidades cantidad cantidades quantite menge anzahl aantal "
    "hoeveelheid quantita ilosc quantities",
    "price": "fiyat fiyati ceny pris harga preco precos precio precios prix preis preise prezzo prezzi prijs cena msrp",
    "cost": "custo costo cout kosten koste",
    "amount": "amt tutar tutari bedrag belopp valor montant betrag importo importe bedrag",
    "discount": "desconto descuento remise rabatt sconto",
    "tax": "btw kdv mva moms imposto impuesto taxe steuer imposta vat iva mwst",
    "freight": "frete flete fracht",
    "name": "bezeichnung bez "
    "ad adi isim ismi soyad naam namn navn imie nazwisko nome nombre naam nazwa noms nom fname lname",
    "title": "titulo titre titel titolo",
    "description": "desc aciklama omschrijving opis descr descricao descripcion beschreibung descrizione",
    "email": "eposta epost mail correo courriel emails mails",
    "password": "sifre wachtwoord haslo losenord passwd pwd senha contrasena passwort motdepasse passw",
    "login": "username nick nickname usuariologin",
    "status": "durum durumu estado situacao statut zustand stato estatus estados situacion statuses",
    "date": "dt tarih tarihi fecha fechas datum dat",
    "time": "hora heure zeit uhrzeit timestamp datetime ts",
    "created": "angelegt registriert verfasst registrado enregistre inscrit "
    "olusturulma aangemaakt utworzono criado creado cree erstellt criacao creacion creation",
    "updated": "atualizado actualizado modifie aktualisiert",
    "phone": "tel telefone telefono telephone telefon celular movil mobile fone handy fax cellphone",
    "zip": "cep postal postcode plz zipcode zip postleitzahl",
    "stock": "stok voorraad zapas magazynowy lagersaldo lagerbestand estoque estoques existencia existencias bestand "
    "lager inventory inventario stk onhand",
    "number": "num numero nummer nr nomer cislo broj",
    "code": "codigo cod kod",
    "unit": "birim stuk sztuk sztuki stueck unidade unidad unite einheit einzel stuck unitario unitaire unidades units",
    "total": "toplam totaal razem gesamt summe suma soma somme totale",
    "parent": "pai padre superior",
    "brand": "marca marcas marque marke manufacturer fabricante hersteller",
    "supplier": "fornecedor fornecedores proveedor proveedores fournisseur lieferant fornitore vendor seller supp",
    "image": "imagem imagens imagen imagenes bild bilder immagine photo picture foto fotos",
    "comment": "comentario comentarios commentaire kommentar",
    "city": "cidade ciudad ville stadt citta",
    "country": "pais pays land paese",
    "region": "regiao regione provincia bundesland regija landkreis departement",
    "state": "",
    "property": "eigenschaft eigenschaften merkmal merkmale propiedad propiedades propriete proprietes propriedade "
    "propriedades proprieta eigenschap eigenschappen caracteristica caracteristicas caracteristique caracteristiques",
    "attribute": "attribut attributen atributo atributos attributo attributi",
    "value": "wert werte valeur valeurs valore valori waarde waarden",
    "type": "typ typen tipo tipos tipi soort",
    "language": "sprache sprachen sprachcode idioma idiomas langue langues lingua lingue taal sprog sprak jezyk dil",
    "object": "objekt objekte objet objets objeto objetos oggetto oggetti",
    "birth": "dogum geburts geburtsdatum naissance nascimento nacimiento nascita urodzenia syntymaaika szuletesi "
    "narozeni",
}

# Chinese has no spaces: these are cut out of a name wherever they stand, the longest first.
HAN = {
    **dict.fromkeys(("用户", "用戶", "会员", "會員"), "user"),
    **dict.fromkeys(("客户", "客戶", "顾客"), "customer"),
    **dict.fromkeys(("商品", "产品", "產品"), "product"),
    **dict.fromkeys(("分类", "分類", "类别", "類別", "类目"), "category"),
    **dict.fromkeys(("订单", "訂單"), "order"),
    **dict.fromkeys(("明细", "明細", "详情"), "detail"),
    **dict.fromkeys(("订单项", "訂單項"), "order item"),
    **dict.fromkeys(("邮箱", "電子郵件", "电子邮件", "邮件"), "email"),
    **dict.fromkeys(("密码", "密碼"), "password"),
    **dict.fromkeys(("名称", "名稱", "姓名", "名字"), "name"),
    **dict.fromkeys(("价格", "價格", "售价"), "price"),
    **dict.fromkeys(("单价", "單價"), "unit price"),
    **dict.fromkeys(("金额", "金額"), "amount"),
    **dict.fromkeys(("数量", "數量"), "quantity"),
    **dict.fromkeys(("库存", "庫存"), "stock"),
    **dict.fromkeys(("状态", "狀態"), "status"),
    **dict.fromkeys(("下单时间", "下單時間"), "order time"),
    **dict.fromkeys(("时间", "時間"), "time"),
    "日期": "date",
    **dict.fromkeys(("编号", "編號"), "id"),
    **dict.fromkeys(("电话", "電話", "手机"), "phone"),
    **dict.fromkeys(("邮编", "郵編"), "zip"),
    "地址": "address",
    **dict.fromkeys(("评论", "評論"), "review"),
    "支付": "payment",
}

# Whole words that are fine as they are; also the pieces from which glued names (`orderdetails`) are cut.
WORDS = (
    "accessory active add adjustment admin app at attribute audit author avail available balance barcode base billing "
    "booking bulk by capacity catalog cent cents change child code collection content count coupon currency data days "
    "deleted department detail document duration each end entry event expiry ext extended feature fee file first flag "
    "full gift grade group has hash header history home house id image in info is key kind label last level link list "
    "log map market master max media menu meter method mile min model msg no note of off old on one option order "
    "ordered page paid part permission piece placed promotion property provider rate ref reference refund retail "
    "return role room row sale sales seat segment session set setting ship shop shopping size sku slug sort source "
    "start state store street sub subcategory subscription subtotal tag taxon text theme thing ticket token track "
    "tracking transaction translation type url value variation version view visit warehouse weight work xref year"
)

GLUE = frozenset({"id", "no", "at", "by", "on", "of", "in", "is"})

NO_SINGULAR = frozenset({"series", "status", "address", "movies", "news", "sms", "gps", "canvas", "bus", "basis"})
